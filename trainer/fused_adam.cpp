#include "trainer/fused_adam.h"

#include "trainer/adamw_loop.h"
#include "trainer/libtorch.h"

namespace missmodal::trainer {
namespace {

constexpr double kBeta1 = AdamWUpdate::kBeta1;
constexpr double kBeta2 = AdamWUpdate::kBeta2;

// 1 - beta^step
torch::Tensor correction(double beta, const torch::Tensor& step) {
  return 1 - torch::pow(beta, step.to(torch::kFloat64));
}

}  // namespace

void adam_by_operations(const FusedAdam& a) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor takes_step = a.skip == 0;
  const torch::Tensor step_size = a.learning_rate / correction(kBeta1, a.step);
  const torch::Tensor root = correction(kBeta2, a.step).sqrt();
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    torch::Tensor value = a.values[i];
    torch::Tensor first = a.first_moments[i];
    torch::Tensor second = a.second_moments[i];
    torch::Tensor gradient = a.gradients[i] / a.divisor;
    torch::Tensor decayed = value;
    if (a.decay == Decay::coupled) {
      gradient = gradient.add(value, a.weight_decay);
    } else {
      decayed = value * (1 - a.learning_rate * a.weight_decay);
    }
    const torch::Tensor new_first = first.lerp(gradient, 1 - kBeta1);
    const torch::Tensor new_second = (second * kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
    const torch::Tensor denominator = new_second.sqrt().div_(root).add_(a.epsilon);
    const torch::Tensor new_value = decayed - new_first.div(denominator).mul_(step_size);
    // A product with 0 would keep a NaN.
    value.copy_(torch::where(takes_step, new_value, value));
    first.copy_(torch::where(takes_step, new_first, first));
    second.copy_(torch::where(takes_step, new_second, second));
  }
}

void fused_adam(const FusedAdam& a) {
  if (a.values.empty()) return;
  const std::vector<torch::Tensor> steps(a.values.size(), a.step);
  const bool done = libtorch::fused_adam(a.decay == Decay::decoupled, a.values, a.gradients, a.first_moments,
                                         a.second_moments, steps, a.learning_rate,
                                         {kBeta1, kBeta2, a.weight_decay, a.epsilon}, a.divisor, a.skip);
  if (!done) adam_by_operations(a);
}

}  // namespace missmodal::trainer
