#include "trainer/optimizer.h"

#include <algorithm>
#include <cmath>

namespace missmodal::trainer {

namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;

// What is the same for all elements of a parameter in one step.
struct Update {
  double clip = 1;        // factor of the gradient
  double decay = 1;       // factor of the parameter
  double step_size = 0;   // learning rate / (1 - beta1^t)
  double correction = 1;  // sqrt(1 - beta2^t)
  double epsilon = 0;
};

void update_floats(float* __restrict value, const float* __restrict gradient, float* __restrict first,
                   float* __restrict second, std::int64_t size, const Update& update) {
  const auto clip = static_cast<float>(update.clip);
  const auto decay = static_cast<float>(update.decay);
  const auto step_size = static_cast<float>(update.step_size);
  const auto inverse_correction = static_cast<float>(1 / update.correction);
  const auto epsilon = static_cast<float>(update.epsilon);
  constexpr auto kKeep1 = static_cast<float>(kBeta1), kTake1 = static_cast<float>(1 - kBeta1);
  constexpr auto kKeep2 = static_cast<float>(kBeta2), kTake2 = static_cast<float>(1 - kBeta2);
  for (std::int64_t i = 0; i < size; ++i) {
    const float g = gradient[i] * clip;
    first[i] = kKeep1 * first[i] + kTake1 * g;
    second[i] = kKeep2 * second[i] + kTake2 * g * g;
    value[i] =
        decay * value[i] - step_size * first[i] / (std::sqrt(second[i]) * inverse_correction + epsilon);
  }
}

void update_tensor(torch::Tensor& value, const torch::Tensor& gradient, torch::Tensor& first,
                   torch::Tensor& second, const Update& update) {
  const torch::Tensor g = update.clip == 1 ? gradient : gradient * update.clip;
  first.lerp_(g, 1 - kBeta1);
  second.mul_(kBeta2).addcmul_(g, g, 1 - kBeta2);
  value.mul_(update.decay)
      .addcdiv_(first, (second.sqrt() / update.correction).add_(update.epsilon), -update.step_size);
}

bool is_plain(const torch::Tensor& tensor) {
  return tensor.is_cpu() && tensor.scalar_type() == torch::kFloat32 && tensor.is_contiguous();
}

}  // namespace

AdamW::AdamW(const Model& model, const sweeps::TrainingConfiguration& configuration)
    : configuration_(configuration) {
  for (const auto& item : model.named_parameters()) {
    if (!model.is_used(item.key())) continue;
    const torch::Tensor& value = item.value();
    parameters_.push_back(
        {value, torch::zeros_like(value), torch::zeros_like(value),
         model.is_pretrained(item.key()) ? configuration.text_learning_rate : configuration.learning_rate,
         value.dim() <= 1 ? 0 : configuration.weight_decay});
  }
}

double AdamW::gradient_norm() const {
  std::vector<torch::Tensor> norms;
  for (const Parameter& parameter : parameters_) {
    if (parameter.value.grad().defined()) norms.push_back(parameter.value.grad().norm());
  }
  return norms.empty() ? 0 : torch::stack(norms).norm().item<double>();
}

double AdamW::warmup() const {
  if (configuration_.warmup_steps == 0) return 1;
  return std::min(1.0, static_cast<double>(steps_) / configuration_.warmup_steps);
}

double AdamW::step() {
  const torch::NoGradGuard no_grad;
  const double norm = gradient_norm();
  if (!std::isfinite(norm)) return norm;
  const double factor = warmup();
  ++steps_;
  Update update;
  // torch.nn.utils.clip_grad_norm_ adds the same 1e-6.
  if (configuration_.clip_norm > 0) update.clip = std::min(1.0, configuration_.clip_norm / (norm + 1e-6));
  update.correction = std::sqrt(1 - std::pow(kBeta2, steps_));
  update.epsilon = configuration_.epsilon;
  for (Parameter& parameter : parameters_) {
    const torch::Tensor gradient = parameter.value.grad();
    if (!gradient.defined()) continue;
    const double rate = factor * parameter.learning_rate;
    update.decay = 1 - rate * parameter.weight_decay;
    update.step_size = rate / (1 - std::pow(kBeta1, steps_));
    if (is_plain(parameter.value) && is_plain(gradient)) {
      update_floats(parameter.value.data_ptr<float>(), gradient.data_ptr<float>(),
                    parameter.first_moment.data_ptr<float>(), parameter.second_moment.data_ptr<float>(),
                    parameter.value.numel(), update);
    } else {
      update_tensor(parameter.value, gradient, parameter.first_moment, parameter.second_moment, update);
    }
  }
  return norm;
}

void AdamW::zero_grad() {
  for (Parameter& parameter : parameters_) parameter.value.mutable_grad().reset();
}

}  // namespace missmodal::trainer
