#include "trainer/optimizer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "sweeps/error.h"
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

torch::Tensor is_finite(const torch::Tensor& loss) {
  return loss.defined() ? loss.detach().isfinite() : torch::ones({}, torch::kBool);
}

}  // namespace

Optimizer::Optimizer(const Model& model, OptimizerPlan plan)
    : plan_(std::move(plan)), steps_(torch::zeros({}, torch::kInt64)) {
  std::map<std::string, const ParameterGroup*> groups;
  for (const ParameterGroup& group : plan_.groups) {
    for (const std::string& name : group.parameters) MISSMODAL_CHECK(groups.emplace(name, &group).second);
  }
  for (const auto& item : model.named_parameters()) {
    const auto found = groups.find(item.key());
    if (found == groups.end()) continue;
    const torch::Tensor& value = item.value();
    const ParameterGroup& group = *found->second;
    parameters_.push_back({item.key(), value, torch::zeros_like(value), torch::zeros_like(value),
                           group.learning_rate, group.weight_decay, group.decay});
  }
  MISSMODAL_CHECK(parameters_.size() == groups.size());
}

void Optimizer::begin_batch() {
  if (batches_ == 0) zero_grad();
}

Optimizer::Step Optimizer::end_batch(const torch::Tensor& loss) {
  if (++batches_ < plan_.accumulation) return {{}, is_finite(loss)};
  batches_ = 0;
  return step(loss);
}

void Optimizer::drop_batches() {
  batches_ = 0;
}

double Optimizer::gradient_norm() const {
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

double Optimizer::warmup() const {
  if (plan_.warmup_steps == 0) return 1;
  return std::min(1.0, static_cast<double>(steps_.item<std::int64_t>()) / plan_.warmup_steps);
}

void Optimizer::update(Parameter& parameter, const torch::Tensor& gradient, AdamWUpdate update) const {
  torch::Tensor g = gradient;
  if (plan_.clip.by == Clip::By::value) g = g.clamp(-plan_.clip.limit, plan_.clip.limit);
  if (parameter.decay == Decay::coupled && parameter.weight_decay != 0) {
    g = (g * update.clip).add_(parameter.value, parameter.weight_decay);
    update.clip = 1;
  }
  if (takes_flat_loop(parameter.value) && takes_flat_loop(g)) {
    adamw_update(parameter.value.data_ptr<float>(), g.data_ptr<float>(),
                 parameter.first_moment.data_ptr<float>(), parameter.second_moment.data_ptr<float>(),
                 parameter.value.numel(), update);
  } else {
    update_tensor(parameter.value, g, parameter.first_moment, parameter.second_moment, update);
  }
}

Optimizer::Step Optimizer::step(const torch::Tensor& loss) {
  const torch::NoGradGuard no_grad;
  const double norm = gradient_norm();
  const Step result{torch::tensor(norm, torch::kFloat64),
                    is_finite(loss).logical_and(torch::tensor(std::isfinite(norm)))};
  if (!result.finite.item<bool>()) return result;
  const double factor = warmup();
  steps_.add_(1);
  const auto steps = static_cast<double>(steps_.item<std::int64_t>());
  AdamWUpdate common;
  // torch.nn.utils.clip_grad_norm_ adds the same 1e-6.
  if (plan_.clip.by == Clip::By::norm) common.clip = std::min(1.0, plan_.clip.limit / (norm + 1e-6));
  common.correction = std::sqrt(1 - std::pow(AdamWUpdate::kBeta2, steps));
  common.epsilon = plan_.epsilon;
  for (Parameter& parameter : parameters_) {
    const torch::Tensor gradient = parameter.value.grad();
    if (!gradient.defined()) continue;
    const double rate = factor * parameter.learning_rate;
    if (parameter.decay == Decay::decoupled)
      common.decay = 1 - rate * parameter.weight_decay;
    else
      common.decay = 1;
    common.step_size = rate / (1 - std::pow(AdamWUpdate::kBeta1, steps));
    update(parameter, gradient, common);
  }
  return result;
}

void Optimizer::zero_grad() {
  for (Parameter& parameter : parameters_) parameter.value.mutable_grad().reset();
}

NamedTensors Optimizer::state() const {
  NamedTensors state{{"steps", steps_}};
  for (const Parameter& parameter : parameters_) {
    state.emplace_back("first_moment." + parameter.name, parameter.first_moment);
    state.emplace_back("second_moment." + parameter.name, parameter.second_moment);
  }
  return state;
}

}  // namespace missmodal::trainer
