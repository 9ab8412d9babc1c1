#pragma once
// The first step whose loss or gradient was not finite, noted where the numbers are.

#include <cstdint>

#include "trainer/torch.h"

namespace missmodal::trainer {

// Noting needs no answer from the device, so a GPU's queue never runs dry for it; asking waits for it.
class FirstBadStep {
 public:
  explicit FirstBadStep(torch::Device device, std::int64_t step = 0)
      : step_(torch::full({}, step, torch::TensorOptions(device).dtype(torch::kInt64))) {}

  // `finite`: bool scalar on the device; `step` from 1.
  void note(std::int64_t step, const torch::Tensor& finite) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor is_first = finite.logical_not().logical_and(step_ == 0);
    step_.add_(is_first.to(torch::kInt64), step);
  }
  std::int64_t value() const { return step_.item<std::int64_t>(); }  // 0: there was none

 private:
  torch::Tensor step_;
};

}  // namespace missmodal::trainer
