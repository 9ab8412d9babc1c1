#pragma once
// A one-layer bidirectional LSTM over ragged sequences: each direction starts at its sequence's own end.

#include <torch/torch.h>

#include <vector>

#include "trainer/model/ragged.h"

namespace missmodal::trainer {

// x (layout.rows(), width) -> (layout.rows(), 2 * hidden), forward states first. `parameters` in
// torch.nn.LSTM's order: weight_ih (4 * hidden, width), weight_hh (4 * hidden, hidden), bias_ih, bias_hh,
// then the backward direction's four.
torch::Tensor bilstm(const torch::Tensor& x, const RaggedLayout& layout,
                     const std::vector<torch::Tensor>& parameters);

// The same through the library's packed sequences.
torch::Tensor bilstm_packed(const torch::Tensor& x, const RaggedLayout& layout,
                            const std::vector<torch::Tensor>& parameters);

}  // namespace missmodal::trainer
