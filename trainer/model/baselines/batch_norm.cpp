#include "trainer/model/baselines/batch_norm.h"

#include <vector>

namespace missmodal::trainer {
namespace {

constexpr double kEpsilon = 1e-5;
constexpr double kMomentum = 0.1;

// (channels) -> what x can be multiplied with.
torch::Tensor by_channel(const torch::Tensor& of_channels, const torch::Tensor& x) {
  return x.dim() == 3 ? of_channels.unsqueeze(1) : of_channels;
}

}  // namespace

BatchNorm::BatchNorm(std::int64_t channels)
    : weight_(declare("weight", {channels}, Initial::constant(1))),
      bias_(declare("bias", {channels}, Initial::constant(0))),
      running_mean_(declare_buffer("running_mean", {channels}, 0)),
      running_variance_(declare_buffer("running_var", {channels}, 1)) {}

torch::Tensor BatchNorm::forward(const torch::Tensor& x, const Walk& walk) {
  const auto count = static_cast<double>(walk.utterances * (x.dim() == 3 ? x.size(2) : 1));
  if (!walk.training || count <= 1) return normalized(x, running_mean_, running_variance_);
  std::vector<std::int64_t> others{0};
  if (x.dim() == 3) others.push_back(2);
  const torch::Tensor mean = walk.group.sum(x.sum(others)) / count;
  const torch::Tensor variance = walk.group.sum((x - by_channel(mean, x)).square().sum(others)) / count;
  {
    const torch::NoGradGuard no_grad;
    running_mean_.lerp_(mean.detach(), kMomentum);
    running_variance_.lerp_(variance.detach() * (count / (count - 1)), kMomentum);
  }
  return normalized(x, mean, variance);
}

torch::Tensor BatchNorm::normalized(const torch::Tensor& x, const torch::Tensor& mean,
                                    const torch::Tensor& variance) const {
  const torch::Tensor scale = (variance + kEpsilon).rsqrt();
  return (x - by_channel(mean, x)) * by_channel(scale, x) * by_channel(weight_, x) + by_channel(bias_, x);
}

}  // namespace missmodal::trainer
