#include "trainer/model/fine_tuning.h"

#include <array>
#include <cstddef>
#include <utility>

namespace missmodal::trainer {

OptimizerPlan fine_tuning_plan(const Model& model, const sweeps::TrainingConfiguration& training,
                               const std::function<bool(const std::string&)>& is_pretrained) {
  const double decay = training.weight_decay;
  std::array<ParameterGroup, 4> groups{ParameterGroup{{}, training.learning_rate, decay},
                                       ParameterGroup{{}, training.learning_rate, 0},
                                       ParameterGroup{{}, training.text_learning_rate, decay},
                                       ParameterGroup{{}, training.text_learning_rate, 0}};
  for (const auto& item : model.named_parameters()) {
    if (!model.is_used(item.key()) || !item.value().requires_grad()) continue;
    const std::size_t group = (is_pretrained(item.key()) ? 2U : 0U) + (item.value().dim() <= 1 ? 1U : 0U);
    groups[group].parameters.push_back(item.key());
  }
  OptimizerPlan plan;
  for (ParameterGroup& group : groups) {
    if (!group.parameters.empty()) plan.groups.push_back(std::move(group));
  }
  if (training.clip_norm > 0) plan.clip = {Clip::By::norm, training.clip_norm};
  plan.epsilon = training.epsilon;
  plan.warmup_steps = training.warmup_steps;
  return plan;
}

}  // namespace missmodal::trainer
