#pragma once
// A linear layer's weight (out, in) and bias (out), as torch.nn.Linear's; or a LayerNorm's, both (width).

#include "trainer/torch.h"

namespace missmodal::trainer {

struct LinearParameters {
  torch::Tensor weight;
  torch::Tensor bias;
};

// x W' + b: x (..., in) -> (..., out).
inline torch::Tensor affine(const torch::Tensor& x, const LinearParameters& linear) {
  return torch::linear(x, linear.weight, linear.bias);
}

}  // namespace missmodal::trainer
