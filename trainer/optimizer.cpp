#include "trainer/optimizer.h"

#include <algorithm>
#include <cmath>

#include "trainer/adamw_loop.h"
#include "trainer/model/own_loops.h"

namespace missmodal::trainer {

namespace {

void update_tensor(torch::Tensor& value, const torch::Tensor& gradient, torch::Tensor& first,
                   torch::Tensor& second, const AdamWUpdate& update) {
  const torch::Tensor g = update.clip == 1 ? gradient : gradient * update.clip;
  first.lerp_(g, 1 - AdamWUpdate::kBeta1);
  second.mul_(AdamWUpdate::kBeta2).addcmul_(g, g, 1 - AdamWUpdate::kBeta2);
  value.mul_(update.decay)
      .addcdiv_(first, (second.sqrt() / update.correction).add_(update.epsilon), -update.step_size);
}

bool takes_flat_loop(const torch::Tensor& tensor) {
  return takes_own_loops(tensor) && tensor.is_contiguous();
}

}  // namespace

AdamW::AdamW(const Model& model, const sweeps::TrainingConfiguration& configuration)
    : configuration_(configuration) {
  for (const auto& item : model.named_parameters()) {
    const torch::Tensor& value = item.value();
    if (!model.is_used(item.key()) || !value.requires_grad()) continue;
    parameters_.push_back(
        {value, torch::zeros_like(value), torch::zeros_like(value),
         model.is_pretrained(item.key()) ? configuration.text_learning_rate : configuration.learning_rate,
         value.dim() <= 1 ? 0 : configuration.weight_decay});
  }
}

double AdamW::gradient_norm() const {
  double squares = 0;
  std::vector<torch::Tensor> norms;  // of what is not plain
  for (const Parameter& parameter : parameters_) {
    const torch::Tensor gradient = parameter.value.grad();
    if (!gradient.defined()) continue;
    if (takes_flat_loop(gradient)) {
      squares += sum_of_squares(gradient.data_ptr<float>(), gradient.numel());
    } else {
      norms.push_back(gradient.norm());
    }
  }
  if (!norms.empty()) squares += torch::stack(norms).square().sum().item<double>();
  return std::sqrt(squares);
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
  AdamWUpdate update;
  // torch.nn.utils.clip_grad_norm_ adds the same 1e-6.
  if (configuration_.clip_norm > 0) update.clip = std::min(1.0, configuration_.clip_norm / (norm + 1e-6));
  update.correction = std::sqrt(1 - std::pow(AdamWUpdate::kBeta2, steps_));
  update.epsilon = configuration_.epsilon;
  for (Parameter& parameter : parameters_) {
    const torch::Tensor gradient = parameter.value.grad();
    if (!gradient.defined()) continue;
    const double rate = factor * parameter.learning_rate;
    update.decay = 1 - rate * parameter.weight_decay;
    update.step_size = rate / (1 - std::pow(AdamWUpdate::kBeta1, steps_));
    if (takes_flat_loop(parameter.value) && takes_flat_loop(gradient)) {
      adamw_update(parameter.value.data_ptr<float>(), gradient.data_ptr<float>(),
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
