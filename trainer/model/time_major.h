#pragma once
// The order in which a recurrent network walks through ragged sequences: all first steps, then all second
// steps, ..., within a step the longest sequence first; so that the sequences still running are always a
// step's first rows.

#include <cstdint>
#include <vector>

#include "trainer/torch.h"

namespace missmodal::trainer {

enum class Direction { forward, backward };  // backward starts at each sequence's last row

// Made by RaggedLayout, which keeps one for each direction.
struct TimeMajor {
  std::int64_t steps() const { return static_cast<std::int64_t>(begin.size()) - 1; }
  std::int64_t running(std::int64_t step) const { return begin[step + 1] - begin[step]; }

  std::vector<std::int64_t> begin;  // (steps + 1): first row of each step
  torch::Tensor order;              // (rows) int64: the ragged row of each row; on the layout's device
  torch::Tensor inverse;            // (rows) int64: the way back
};

// x (rows, width) in another order, every row once; `inverse` brings the gradient back without an addition.
torch::Tensor reorder_rows(const torch::Tensor& x, const torch::Tensor& order, const torch::Tensor& inverse);

}  // namespace missmodal::trainer
