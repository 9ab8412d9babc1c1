#pragma once
// One training in progress: epochs until patience ends it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "sweeps/configuration.h"
#include "sweeps/trial_result.h"
#include "trainer/batch.h"
#include "trainer/data/dataset.h"
#include "trainer/first_bad_step.h"
#include "trainer/loss_means.h"
#include "trainer/model/model.h"
#include "trainer/optimizer.h"
#include "trainer/parallel/group.h"
#include "trainer/prediction.h"
#include "trainer/stage.h"
#include "trainer/step_sums.h"
#include "trainer/torch.h"
#include "trainer/training_state.h"

namespace missmodal::trainer {

struct TrialHooks {
  std::function<void(const sweeps::EpochRecord&)> on_epoch = [](const sweeps::EpochRecord&) {};
  // Asked before every batch of training, validation and evaluation; true ends the trial as `interrupted`,
  // without predictions.
  std::function<bool()> interrupted = [] { return false; };
  std::function<void()> on_batch = [] {};  // after every batch of training
  // Whether the result of a model that has representations tells them.
  bool representations = false;
  // Of place 0, where it goes on from a checkpoint.
  std::function<void(const TrainingProgress&)> on_resumed = [](const TrainingProgress&) {};
};

class Training {
 public:
  // Moves the model to `device`. Configuration and dataset must outlive this object. Where the group is not
  // alone, run() is collective, and all members find the same; each one's `interrupted` is asked, and ends
  // all in the same step.
  Training(const sweeps::Configuration& configuration, const Dataset& dataset, std::shared_ptr<Model> model,
           torch::Device device, const Group& group = Group());

  // Epochs until patience or max_epochs end it, from wherever it stands. If finished the model holds the best
  // epoch's values; else it is in no state to be used.
  sweeps::Outcome run(const TrialHooks& hooks);

  const TrainingProgress& progress() const { return progress_; }
  // Of an outcome `diverged`: the step, from 1, whose loss or gradient was not finite, or after which the
  // validation MAE was not.
  std::int64_t diverged_step() const { return diverged_step_; }
  double seconds() const;  // spent training so far

  // Copies on the CPU. Precondition: called by hooks.on_epoch or hooks.on_batch, or run() has ended as
  // finished or interrupted, or has not begun.
  TrainingState capture() const;
  // Goes on from there. Precondition: captured from a training of the same configuration and data.
  void restore(const TrainingState& state);

  const std::shared_ptr<Model>& model() const { return model_; }
  const Collator& collator() const { return collator_; }
  PassOptions pass(const TrialHooks& hooks) const;

 private:
  using Clock = std::chrono::steady_clock;

  bool over() const;
  sweeps::Outcome run_epoch(const TrialHooks& hooks);
  sweeps::Outcome train(sweeps::EpochRecord& record, const TrialHooks& hooks);
  sweeps::Outcome walk(int pass, sweeps::EpochRecord& record, const TrialHooks& hooks);
  StepSums::Result step(const Batch& batch, const Context& context, bool stop, Stage& stage);
  Output forward(const Batch& batch, const Context& context);
  StepSums::Result add_gradients(const Batch& batch, const Context& context, bool stop,
                                 GradientBuckets& buckets);
  sweeps::Outcome validate(sweeps::EpochRecord& record, const TrialHooks& hooks);
  void close(sweeps::EpochRecord& record);
  NamedTensors gradients() const;
  sweeps::Outcome diverged(std::int64_t step);

  const sweeps::Configuration& configuration_;
  const Split& train_;
  const Split& valid_;
  const sweeps::LabelScale scale_;
  torch::Device device_;
  Group group_;
  std::shared_ptr<Model> model_;
  Collator collator_;
  std::vector<Optimizer> optimizers_;
  std::vector<TrainingPass> passes_;                  // every stage names its optimisers
  std::map<std::vector<std::size_t>, Stage> stages_;  // by the places of their optimisers
  TrainingProgress progress_;
  std::vector<LossMeans> means_;  // of the pass that goes on, by stage
  NamedTensors best_;
  FirstBadStep first_bad_step_{device_};
  std::int64_t diverged_step_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace missmodal::trainer
