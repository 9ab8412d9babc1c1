#pragma once
// How a model wants to be trained: what its optimisers step, at what rates, and when.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace missmodal::trainer {

enum class Decay {
  decoupled,  // of the parameter itself: AdamW
  coupled,    // added to its gradient, after clipping: Adam
};

// A group of rate 0 stays as it is, and yet its gradients count for the norm.
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

// torch.optim.lr_scheduler.ReduceLROnPlateau over the validation MAE, without a lowest rate: after more than
// `patience` epochs in a row that are not better than the best one, the rates are multiplied by `factor`.
struct Plateau {
  double factor = 0.1;
  int patience = 10;
  double threshold = 1e-4;  // better is below (1 - threshold) times the best
};

struct OptimizerPlan {
  std::vector<ParameterGroup> groups;  // no parameter in two of them
  Clip clip{};
  double epsilon = 1e-8;
  int warmup_steps = 0;  // the rates rise from 0 in that many steps, linearly
  int accumulation = 1;  // batches whose gradients are summed for one step
  std::optional<Plateau> plateau{};
};

// A walk over the training batches, in an order of its own. Each batch goes through the stages in turn: a
// forward pass, a loss, and a step of the stage's optimisers. Meanwhile no parameter but theirs is trained,
// or gets a gradient.
struct TrainingPass {
  struct Stage {
    std::vector<std::size_t> optimizers;  // by place in Model::optimizers(); none: all of them
  };
  std::vector<Stage> stages{Stage{}};
  double share = 1;  // of the batches, in (0, 1]: a pass ends where this much of them is done
};

}  // namespace missmodal::trainer
