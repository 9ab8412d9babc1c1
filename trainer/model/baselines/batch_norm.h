#pragma once
// BatchNorm1d (Ioffe & Szegedy 2015) as torch.nn computes it, over the global batch: the members' sums are
// added, so that P members normalise as one does.

#include <cstdint>

#include "trainer/model/baselines/walk.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Parameters: weight, bias; buffers: running_mean, running_var, which follow with momentum 0.1, the variance
// by the unbiased estimate.
class BatchNorm : public ParameterModule {
 public:
  explicit BatchNorm(std::int64_t channels);
  // x (b, channels) or (b, channels, length): every channel to mean 0 and variance 1 over utterances and
  // length, times weight, plus bias. In training by the global batch's statistics, which the buffers follow;
  // else, and where a channel has one number alone, by the buffers. Collective in training: every member
  // calls it, one without utterances too, and x requires a gradient on all members or on none.
  torch::Tensor forward(const torch::Tensor& x, const Walk& walk);

 private:
  torch::Tensor normalized(const torch::Tensor& x, const torch::Tensor& mean,
                           const torch::Tensor& variance) const;

  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor running_mean_;
  torch::Tensor running_variance_;
};

}  // namespace missmodal::trainer
