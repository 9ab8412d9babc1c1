#include "trainer/optimizer.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "sweeps/error.h"
#include "trainer/fused_adam.h"
#include "trainer/libtorch.h"
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

bool is_on_gpu(const Model& model) {
  const std::vector<torch::Tensor> parameters = model.parameters();
  return !parameters.empty() && parameters.front().is_cuda();
}

}  // namespace

Optimizer::Optimizer(const Model& model, OptimizerPlan plan)
    : Optimizer(model, std::move(plan), is_on_gpu(model) ? Stepping::device : Stepping::host) {}

Optimizer::Optimizer(const Model& model, OptimizerPlan plan, Stepping stepping)
    : plan_(std::move(plan)), stepping_(stepping) {
  if (plan_.plateau) plateau_.emplace(*plan_.plateau);
  std::map<std::string, std::size_t> groups;
  for (std::size_t group = 0; group < plan_.groups.size(); ++group) {
    for (const std::string& name : plan_.groups[group].parameters)
      MISSMODAL_CHECK(groups.emplace(name, group).second);
  }
  for (const auto& item : model.named_parameters()) {
    const auto found = groups.find(item.key());
    if (found == groups.end()) continue;
    const torch::Tensor& value = item.value();
    parameters_.push_back(
        {item.key(), value, torch::zeros_like(value), torch::zeros_like(value), found->second});
  }
  MISSMODAL_CHECK(parameters_.size() == groups.size());
  const bool on_device = stepping == Stepping::device && !parameters_.empty();
  const torch::Device device = on_device ? parameters_.front().value.device() : torch::Device(torch::kCPU);
  steps_ = torch::zeros({}, torch::TensorOptions(device).dtype(torch::kInt64));
  stopped_ = torch::zeros({}, torch::TensorOptions(device).dtype(torch::kBool));
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

void Optimizer::end_epoch(double valid_mae) {
  if (plateau_) plateau_->end_epoch(valid_mae);
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
  const ParameterGroup& group = plan_.groups[parameter.group];
  if (group.decay == Decay::coupled && group.weight_decay != 0) {
    g = (g * update.clip).add_(parameter.value, group.weight_decay);
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
  return stepping_ == Stepping::host ? host_step(loss) : device_step(loss);
}

Optimizer::Step Optimizer::host_step(const torch::Tensor& loss) {
  const torch::NoGradGuard no_grad;
  const double norm = gradient_norm();
  const Step result{torch::tensor(norm, torch::kFloat64),
                    is_finite(loss).logical_and(torch::tensor(std::isfinite(norm)))};
  if (!result.finite.item<bool>()) return result;
  const double factor = warmup() * plateau();
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
    const ParameterGroup& group = plan_.groups[parameter.group];
    const double rate = factor * group.learning_rate;
    common.decay = group.decay == Decay::decoupled ? 1 - rate * group.weight_decay : 1;
    common.step_size = rate / (1 - std::pow(AdamWUpdate::kBeta1, steps));
    update(parameter, gradient, common);
  }
  return result;
}

torch::Tensor Optimizer::device_warmup() const {
  if (plan_.warmup_steps == 0) return torch::ones({}, steps_.options().dtype(torch::kFloat32));
  return ((steps_ - 1).to(torch::kFloat32) / plan_.warmup_steps).clamp_max(1);
}

Optimizer::Step Optimizer::device_step(const torch::Tensor& loss) {
  const torch::NoGradGuard no_grad;
  std::vector<FusedAdam> groups(plan_.groups.size());
  std::vector<torch::Tensor> gradients;
  for (Parameter& parameter : parameters_) {
    const torch::Tensor gradient = parameter.value.grad();
    if (!gradient.defined()) continue;
    FusedAdam& group = groups[parameter.group];
    group.values.push_back(parameter.value);
    group.gradients.push_back(gradient);
    group.first_moments.push_back(parameter.first_moment);
    group.second_moments.push_back(parameter.second_moment);
    gradients.push_back(gradient);
  }
  const auto numbers = steps_.options().dtype(torch::kFloat32);
  const torch::Tensor norm =
      gradients.empty() ? torch::zeros({}, numbers) : torch::stack(libtorch::norms_of(gradients)).norm();
  stopped_.logical_or_(norm.isfinite().logical_and(is_finite(loss).to(norm.device())).logical_not());
  steps_.add_(stopped_.logical_not().to(torch::kInt64));
  torch::Tensor divisor = torch::ones({}, numbers);
  // torch.nn.utils.clip_grad_norm_ adds the same 1e-6.
  if (plan_.clip.by == Clip::By::norm) {
    divisor = ((norm + 1e-6) / plan_.clip.limit).clamp_min(1).to(torch::kFloat32);
  } else if (plan_.clip.by == Clip::By::value) {
    for (torch::Tensor& gradient : gradients) gradient.clamp_(-plan_.clip.limit, plan_.clip.limit);
  }
  const torch::Tensor warmup = device_warmup();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    groups[i].decay = plan_.groups[i].decay;
    groups[i].weight_decay = plan_.groups[i].weight_decay;
    groups[i].epsilon = plan_.epsilon;
    groups[i].step = steps_.to(torch::kFloat32);
    groups[i].learning_rate = warmup * (plateau() * plan_.groups[i].learning_rate);
    groups[i].divisor = divisor;
    groups[i].skip = stopped_.to(torch::kFloat32);
    fused_adam(groups[i]);
  }
  return {norm, stopped_.logical_not()};
}

void Optimizer::zero_grad() {
  for (Parameter& parameter : parameters_) parameter.value.mutable_grad().reset();
}

std::set<std::string> Optimizer::parameters() const {
  std::set<std::string> names;
  for (const Parameter& parameter : parameters_) names.insert(parameter.name);
  return names;
}

NamedTensors Optimizer::state() const {
  NamedTensors state{{"steps", steps_}};
  if (plateau_) {
    for (auto& item : plateau_->state()) state.push_back(std::move(item));
  }
  for (const Parameter& parameter : parameters_) {
    state.emplace_back("first_moment." + parameter.name, parameter.first_moment);
    state.emplace_back("second_moment." + parameter.name, parameter.second_moment);
  }
  return state;
}

}  // namespace missmodal::trainer
