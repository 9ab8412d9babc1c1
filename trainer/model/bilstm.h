#pragma once
// A one-layer bidirectional LSTM (Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000;
// Schuster & Paliwal 1997) over ragged sequences: each direction starts at its sequence's own end. As
// torch.nn.LSTM computes it, s being the logistic function:
//   i, f, o = s(W x_t + b + U h_(t-1) + b')     g = tanh(W x_t + b + U h_(t-1) + b')
//   c_t = f c_(t-1) + i g                       h_t = o tanh(c_t)
// with W, U, b, b' of each gate's own.

#include <vector>

#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// x (layout.rows(), width) -> (layout.rows(), 2 * hidden), forward states first. `parameters` in
// torch.nn.LSTM's order: weight_ih (4 * hidden, width), weight_hh (4 * hidden, hidden), bias_ih, bias_hh,
// then the backward direction's four; gates in the order input, forget, cell, output. Takes the
// second of the two below where takes_own_loops() lets it.
torch::Tensor bilstm(const torch::Tensor& x, const RaggedLayout& layout,
                     const std::vector<torch::Tensor>& parameters);

// Through the library's packed sequences: any device, any floating type.
torch::Tensor bilstm_packed(const torch::Tensor& x, const RaggedLayout& layout,
                            const std::vector<torch::Tensor>& parameters);

// By our own loop over the steps (lstm_loop.h). Precondition: float32 on the CPU.
torch::Tensor bilstm_loop(const torch::Tensor& x, const RaggedLayout& layout,
                          const std::vector<torch::Tensor>& parameters);

}  // namespace missmodal::trainer
