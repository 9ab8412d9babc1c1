#pragma once
// Adam with coupled decay whose parameters have rates of their own.

#include <functional>
#include <string>

#include "trainer/model/model.h"
#include "trainer/model/optimizer_plan.h"

namespace missmodal::trainer {

struct Rate {
  double learning_rate = 0;
  double weight_decay = 0;
  bool operator==(const Rate&) const = default;
};

// Every parameter that requires a gradient, in a group of those with the same numbers.
OptimizerPlan adam_by_rate(const Model& model, double epsilon,
                           const std::function<Rate(const std::string& name, const torch::Tensor&)>& rate);

}  // namespace missmodal::trainer
