#pragma once
// The plan of a model around a pretrained text encoder: two learning rates, AdamW.

#include <functional>
#include <string>

#include "sweeps/configuration.h"
#include "trainer/model/model.h"
#include "trainer/model/optimizer_plan.h"

namespace missmodal::trainer {

// Every used parameter that requires a gradient: at text_learning_rate what `is_pretrained`, the rest at
// learning_rate. Biases and LayerNorm, which have one dimension, do not decay.
OptimizerPlan fine_tuning_plan(const Model& model, const sweeps::TrainingConfiguration& training,
                               const std::function<bool(const std::string&)>& is_pretrained);

}  // namespace missmodal::trainer
