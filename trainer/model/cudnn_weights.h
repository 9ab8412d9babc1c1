#pragma once
// LSTM weights as cuDNN wants them: one piece of memory a layer.

#include "trainer/torch.h"

namespace missmodal::trainer {

// Lets the one-layer LSTMs of the module (parameters named as torch.nn.LSTM's, both directions) lie in one
// piece each, once: else cuDNN copies them together in every forward pass. The parameters stay the same
// tensors with the same values. Does nothing where they are not on a GPU, or there is no cuDNN. After
// Module::to(), which gives each a memory of its own.
void flatten_cudnn_weights(const torch::nn::Module& module);

}  // namespace missmodal::trainer
