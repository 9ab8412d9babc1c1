#pragma once
// BatchNorm1d whose statistics are those of the global batch.

#include <cstdint>

#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer::testing {

class GlobalBatchNorm : public torch::nn::Module {
 public:
  explicit GlobalBatchNorm(std::int64_t width) {
    weight = register_parameter("weight", torch::ones({width}));
    bias = register_parameter("bias", torch::zeros({width}));
    running_mean_ = register_buffer("running_mean", torch::zeros({width}));
    running_var_ = register_buffer("running_var", torch::ones({width}));
  }

  // own: this member's rows (b, width) of `total`.
  torch::Tensor forward(const torch::Tensor& own, std::int64_t total, const Group& group) {
    if (!is_training()) return normalized(own - running_mean_, running_var_);
    const auto count = static_cast<double>(total);
    const torch::Tensor mean = group.sum(own.sum(0)) / count;
    const torch::Tensor centred = own - mean;
    const torch::Tensor variance = group.sum(centred.square().sum(0)) / count;
    running_mean_.lerp_(mean.detach(), 0.1);
    running_var_.lerp_(variance.detach() * (count / (count - 1)), 0.1);
    return normalized(centred, variance);
  }

  torch::Tensor weight, bias;

 private:
  torch::Tensor normalized(const torch::Tensor& centred, const torch::Tensor& variance) const {
    return centred * (variance + 1e-5).rsqrt() * weight + bias;
  }
  torch::Tensor running_mean_, running_var_;
};

}  // namespace missmodal::trainer::testing
