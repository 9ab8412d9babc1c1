#include "trainer/train_trial.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/evaluation/evaluation.h"
#include "trainer/batch.h"
#include "trainer/complexity.h"
#include "trainer/data/bert/bert_fit.h"
#include "trainer/heap.h"
#include "trainer/peak_memory.h"
#include "trainer/precision.h"
#include "trainer/prediction.h"
#include "trainer/representations.h"

namespace missmodal::trainer {
namespace {

using sweeps::Configuration;
using sweeps::SplitName;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// A word piece that the encoder does not know would trip a GPU's own assertion, after which nothing runs in
// this process any more.
void check_text(const Model& model, const Configuration& configuration, const Dataset& dataset) {
  const std::string text_configuration = model.text_configuration();
  if (text_configuration.empty()) return;
  const std::string& weights = configuration.model.text_weights;
  std::vector<Mistake> mistakes =
      bert_mistakes(parse_bert_configuration(text_configuration, weights + "/config.json"), weights, dataset,
                    dataset.title());
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
}

// Adds those of the model as it is; false if interrupted.
bool add_representations(Training& training, const Dataset& dataset, sweeps::Moment moment,
                         const TrialHooks& hooks, sweeps::TrialResult& result) {
  if (!hooks.representations || training.model()->representation_width() == 0) return true;
  auto found = represent(*training.model(), dataset.split(SplitName::test), training.collator(), moment,
                         training.pass(hooks));
  if (found) result.representations.push_back(std::move(*found));
  return found.has_value();
}

void interrupt(sweeps::TrialResult& result) {
  result.outcome = sweeps::Outcome::interrupted;
  result.predictions.clear();
  result.metrics.clear();
}

// Fills in predictions, metrics and representations, or makes the outcome what stood in their way.
void evaluate(Training& training, const Dataset& dataset, const EvaluationSetup& evaluation,
              const TrialHooks& hooks, sweeps::TrialResult& result) {
  for (const auto& [name, masks] :
       {std::pair{SplitName::valid, &evaluation.valid}, std::pair{SplitName::test, &evaluation.test}}) {
    const Split& split = dataset.split(name);
    auto predictions = predict_subsets(*training.model(), split, training.collator(), training.pass(hooks));
    if (!predictions) return interrupt(result);
    const auto rows =
        sweeps::evaluate(name, *predictions, split.labels, evaluation.plan, *masks, dataset.scale());
    result.metrics.insert(result.metrics.end(), rows.begin(), rows.end());
    result.predictions.push_back({name, std::move(*predictions)});
  }
  if (!sweeps::predictions_are_finite(result)) {
    result.outcome = sweeps::Outcome::diverged;
  } else if (!add_representations(training, dataset, sweeps::Moment::after, hooks, result)) {
    interrupt(result);
  }
}

// All members go on from the same step, or none does.
void go_on(Training& training, torch::Device device, const Group& group, const TrialHooks& hooks,
           TrainingCheckpoints& checkpoints) {
  std::optional<TrainingState> state;
  if (group.rank() == 0) state = checkpoints.newest();
  const auto step =
      static_cast<std::int64_t>(group.of_first(state ? static_cast<double>(state->progress.step) : -1));
  if (step < 0) return;
  if (group.rank() != 0) state = checkpoints.of_step(step);
  const torch::Tensor missing =
      group.sum(torch::full({1}, state ? 0.0 : 1.0, torch::TensorOptions(torch::kFloat64).device(device)));
  if (missing.item<double>() != 0) return;
  training.restore(*state);
  if (group.rank() == 0) hooks.on_resumed(training.progress());
}

}  // namespace

EvaluationSetup::EvaluationSetup(const sweeps::EvaluationPlan& evaluation_plan, const Dataset& dataset)
    : plan(evaluation_plan),
      valid(plan, SplitName::valid, dataset.split(SplitName::valid).ids),
      test(plan, SplitName::test, dataset.split(SplitName::test).ids) {}

TrainedTrial train_trial(const Configuration& configuration, const Dataset& dataset,
                         const EvaluationSetup& evaluation, torch::Device device, const TrialHooks& hooks,
                         Communicator* communicator, TrainingCheckpoints* checkpoints) {
  TrainedTrial trial;
  sweeps::TrialResult& result = trial.result;
  const PeakMemory peak_memory;
  keep_freed_memory();
  const Tf32 tf32(configuration.training.precision);
  const Deterministic deterministic(configuration.training.deterministic);
  std::shared_ptr<Model> model = make_model(configuration, widths_of(dataset));
  check_text(*model, configuration, dataset);
  const Group group = communicator ? Group(*communicator, device) : Group();
  Training training(configuration, dataset, std::move(model), device, group);
  result.parameters = used_parameters(*training.model());
  if (!add_representations(training, dataset, sweeps::Moment::before, hooks, result)) {
    interrupt(result);
    return trial;
  }
  if (checkpoints != nullptr) go_on(training, device, group, hooks, *checkpoints);
  TrainingCheckpoints* const kept = group.rank() == 0 ? checkpoints : nullptr;
  const auto capture = [&training] { return training.capture(); };
  using Moment = TrainingCheckpoints::Moment;
  TrialHooks training_hooks = hooks;
  training_hooks.on_epoch = [&](const sweeps::EpochRecord& epoch) {
    hooks.on_epoch(epoch);
    if (kept != nullptr) kept->offer(Moment::epoch_end, capture);
  };
  training_hooks.on_batch = [&] {
    hooks.on_batch();
    if (kept != nullptr) kept->offer(Moment::within_epoch, capture);
  };
  result.outcome = training.run(training_hooks);
  result.diverged_step = training.diverged_step();
  result.best_epoch = training.progress().best_epoch;
  result.epochs = training.progress().epochs;
  result.train_seconds = training.seconds();
  if (result.outcome == sweeps::Outcome::finished) {
    const auto evaluation_start = Clock::now();
    evaluate(training, dataset, evaluation, hooks, result);
    result.evaluate_seconds = seconds_since(evaluation_start);
  }
  if (result.outcome == sweeps::Outcome::interrupted && kept != nullptr) kept->keep(training.capture());
  if (result.outcome == sweeps::Outcome::finished) {
    training.model()->to(torch::kCPU);
    trial.checkpoint = Checkpoint{configuration, dataset.content_sha256(), widths_of(dataset),
                                  training.collator().normalization(), training.model()};
  }
  if (result.outcome != sweeps::Outcome::finished) result.representations.clear();
  result.peak_memory_bytes = peak_memory.bytes();
  return trial;
}

}  // namespace missmodal::trainer
