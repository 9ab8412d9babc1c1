#pragma once
// A linear layer's weight (out, in) and bias (out), as torch.nn.Linear's; or a LayerNorm's, both (width).

#include <torch/torch.h>

namespace missmodal::trainer {

struct LinearParameters {
  torch::Tensor weight;
  torch::Tensor bias;
};

}  // namespace missmodal::trainer
