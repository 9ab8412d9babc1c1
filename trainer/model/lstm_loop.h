#pragma once
// One direction of an LSTM (bilstm.h has the formula) by our own loop over the steps; the library's spends
// most of its time per operation, not in arithmetic.

#include <span>

#include "trainer/model/ragged.h"
#include "trainer/model/time_major.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// x (layout.rows(), width) -> (layout.rows(), hidden). `parameters`: weight_ih (4 * hidden, width), weight_hh
// (4 * hidden, hidden), bias_ih, bias_hh, gates in the order input, forget, cell, output. Precondition:
// float32 on the CPU, the batch not empty.
torch::Tensor lstm_loop(const torch::Tensor& x, const RaggedLayout& layout, Direction direction,
                        std::span<const torch::Tensor> parameters);

}  // namespace missmodal::trainer
