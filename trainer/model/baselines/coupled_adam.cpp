#include "trainer/model/baselines/coupled_adam.h"

#include <utility>

namespace missmodal::trainer {

OptimizerPlan coupled_adam(const Model& model, const sweeps::TrainingConfiguration& training) {
  ParameterGroup all{{}, training.learning_rate, training.weight_decay, Decay::coupled};
  for (const auto& item : model.named_parameters()) {
    if (model.is_used(item.key()) && item.value().requires_grad()) all.parameters.push_back(item.key());
  }
  OptimizerPlan plan;
  plan.groups.push_back(std::move(all));
  if (training.clip_norm > 0) plan.clip = {Clip::By::norm, training.clip_norm};
  plan.epsilon = training.epsilon;
  plan.warmup_steps = training.warmup_steps;
  return plan;
}

}  // namespace missmodal::trainer
