#pragma once
// The mean squared error between rectangles, of the global batch.

#include <cstdint>

#include "trainer/torch.h"

namespace missmodal::trainer {

// This member's part: found, target (b, steps, width) of its own utterances, over the count of the global
// ones.
inline torch::Tensor squared_error(const torch::Tensor& found, const torch::Tensor& target,
                                   std::int64_t utterances) {
  return (found - target).square().sum() / (utterances * target.size(1) * target.size(2));
}

}  // namespace missmodal::trainer
