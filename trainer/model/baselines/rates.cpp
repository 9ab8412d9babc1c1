#include "trainer/model/baselines/rates.h"

#include <algorithm>

namespace missmodal::trainer {

OptimizerPlan adam_by_rate(const Model& model, double epsilon,
                           const std::function<Rate(const std::string& name, const torch::Tensor&)>& rate) {
  OptimizerPlan plan;
  plan.epsilon = epsilon;
  for (const auto& item : model.named_parameters()) {
    if (!model.is_used(item.key()) || !item.value().requires_grad()) continue;
    const Rate its = rate(item.key(), item.value());
    auto group = std::find_if(plan.groups.begin(), plan.groups.end(), [&](const ParameterGroup& other) {
      return Rate{other.learning_rate, other.weight_decay} == its;
    });
    if (group == plan.groups.end())
      group = plan.groups.insert(group, {{}, its.learning_rate, its.weight_decay, Decay::coupled});
    group->parameters.push_back(item.key());
  }
  return plan;
}

}  // namespace missmodal::trainer
