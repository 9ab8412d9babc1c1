#pragma once
// How a model wants to be trained: what its optimisers step, and at what rates.

#include <string>
#include <vector>

namespace missmodal::trainer {

enum class Decay {
  decoupled,  // of the parameter itself: AdamW
  coupled,    // added to its gradient, after clipping: Adam
};

struct ParameterGroup {
  std::vector<std::string> parameters;  // names as in named_parameters()
  double learning_rate = 0;
  double weight_decay = 0;
  Decay decay = Decay::decoupled;
};

struct Clip {
  enum class By {
    nothing,
    norm,   // the norm over all of the optimiser's gradients is cut down to the limit
    value,  // each number is cut to [-limit, limit]
  };
  By by = By::nothing;
  double limit = 0;
};

struct OptimizerPlan {
  std::vector<ParameterGroup> groups;  // no parameter in two of them
  Clip clip{};
  double epsilon = 1e-8;
  int warmup_steps = 0;  // the rates rise from 0 in that many steps, linearly
  int accumulation = 1;  // batches whose gradients are summed for one step
};

}  // namespace missmodal::trainer
