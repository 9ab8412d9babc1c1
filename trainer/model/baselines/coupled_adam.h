#pragma once
// The plan of most baselines: Adam with the decay of all parameters added to their gradients.

#include "sweeps/configuration.h"
#include "trainer/model/model.h"
#include "trainer/model/optimizer_plan.h"

namespace missmodal::trainer {

// Every used parameter that requires a gradient, at learning_rate, in one group.
OptimizerPlan coupled_adam(const Model& model, const sweeps::TrainingConfiguration& training);

}  // namespace missmodal::trainer
