#include "trainer/train_trial.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/evaluation/evaluation.h"
#include "sweeps/evaluation/metrics.h"
#include "sweeps/shuffle.h"
#include "trainer/batch.h"
#include "trainer/optimizer.h"
#include "trainer/peak_memory.h"
#include "trainer/prediction.h"
#include "trainer/snapshot.h"

namespace missmodal::trainer {
namespace {

using sweeps::Configuration;
using sweeps::EpochRecord;
using sweeps::SplitName;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The order of an epoch's utterances; docs/sweep_file.md lists the key texts of every shuffle.
std::vector<std::size_t> epoch_order(std::size_t count, std::int64_t seed, int epoch) {
  return sweeps::permutation(count, fmt::format("missmodal-batches-v1|{}|{}", seed, epoch));
}

// Sample-weighted means of named losses.
class LossMeans {
 public:
  void add(const Losses& losses, std::int64_t samples) {
    add("total", losses.total, samples);
    for (const auto& [name, value] : losses.terms) add(name, value, samples);
    samples_ += samples;
  }
  std::map<std::string, double> means() const {
    std::map<std::string, double> result;
    for (const auto& [name, sum] : sums_) result[name] = sum / static_cast<double>(samples_);
    return result;
  }

 private:
  void add(const std::string& name, const torch::Tensor& value, std::int64_t samples) {
    sums_[name] += value.item<double>() * static_cast<double>(samples);
  }
  std::map<std::string, double> sums_;
  std::int64_t samples_ = 0;
};

std::int64_t used_parameters(const Model& model) {
  std::int64_t count = 0;
  for (const auto& parameter : model.named_parameters()) {
    if (model.is_used(parameter.key())) count += parameter.value().numel();
  }
  return count;
}

// One trial in progress.
class Training {
 public:
  Training(const Configuration& configuration, const Dataset& dataset, torch::Device device)
      : configuration_(configuration),
        train_(dataset.split(SplitName::train)),
        valid_(dataset.split(SplitName::valid)),
        device_(device),
        model_(make_model(configuration, widths_of(dataset))),
        collator_(normalization_of(dataset, configuration.normalize), device) {
    model_->to(device);
    optimizer_ = std::make_unique<AdamW>(*model_, configuration.training);
  }

  Model& model() { return *model_; }
  std::shared_ptr<Model> model_pointer() { return model_; }
  const Collator& collator() const { return collator_; }
  PassOptions pass(const TrialHooks& hooks) const {
    return {configuration_.training.batch_size, hooks.interrupted};
  }

  // Epochs until patience or max_epochs end it; the model then holds the best epoch's weights.
  void run(sweeps::TrialResult& result, const TrialHooks& hooks) {
    Snapshot best;
    double best_mae = 0;
    for (int epoch = 1; epoch <= configuration_.training.max_epochs; ++epoch) {
      const auto start = Clock::now();
      EpochRecord record;
      record.epoch = epoch;
      if (!train_epoch(record, result, hooks)) return;
      const auto predictions = predict_complete(*model_, valid_, collator_, pass(hooks));
      if (!predictions) {
        result.outcome = sweeps::Outcome::interrupted;
        return;
      }
      const sweeps::Metrics valid = sweeps::score(*predictions, valid_.labels);
      if (!valid.mae || !std::isfinite(*valid.mae)) {
        diverge(result);
        return;
      }
      record.valid_mae = *valid.mae;
      record.valid_corr = valid.corr;
      record.best = result.best_epoch == 0 || *valid.mae < best_mae;
      record.train_seconds = seconds_since(start);
      if (record.best) {
        best_mae = *valid.mae;
        result.best_epoch = epoch;
        best.take(*model_);
      }
      result.epochs.push_back(record);
      hooks.on_epoch(record);
      if (epoch - result.best_epoch >= configuration_.training.patience) break;
    }
    best.restore(*model_);
  }

 private:
  // False if the trial ended inside the epoch; `result.outcome` says how.
  bool train_epoch(EpochRecord& record, sweeps::TrialResult& result, const TrialHooks& hooks) {
    model_->train();
    const std::vector<std::size_t> order = epoch_order(train_.size(), configuration_.seed, record.epoch);
    const auto batch_size = static_cast<std::size_t>(configuration_.training.batch_size);
    LossMeans means;
    for (std::size_t first = 0; first < order.size(); first += batch_size) {
      if (hooks.interrupted()) {
        result.outcome = sweeps::Outcome::interrupted;
        return false;
      }
      const std::size_t count = std::min(batch_size, order.size() - first);
      const Batch batch = collator_.collate(train_, std::span(order.data() + first, count));
      const Losses losses =
          model_->losses(batch, {static_cast<std::uint64_t>(configuration_.seed), step_, 0});
      ++step_;
      optimizer_->zero_grad();
      losses.total.backward();
      const double gradient_norm = optimizer_->step();
      if (!std::isfinite(losses.total.item<double>()) || !std::isfinite(gradient_norm)) {
        diverge(result);
        return false;
      }
      means.add(losses, batch.size());
    }
    record.losses = means.means();
    return true;
  }

  void diverge(sweeps::TrialResult& result) const {
    result.outcome = sweeps::Outcome::diverged;
    result.diverged_step = step_;
  }

  const Configuration& configuration_;
  const Split& train_;
  const Split& valid_;
  torch::Device device_;
  std::shared_ptr<Model> model_;
  Collator collator_;
  std::unique_ptr<AdamW> optimizer_;
  std::int64_t step_ = 0;
};

// Fills in predictions and metrics, or makes the outcome what stood in their way.
void evaluate(Training& training, const Dataset& dataset, const EvaluationSetup& evaluation,
              const TrialHooks& hooks, sweeps::TrialResult& result) {
  for (const auto& [name, masks] :
       {std::pair{SplitName::valid, &evaluation.valid}, std::pair{SplitName::test, &evaluation.test}}) {
    const Split& split = dataset.split(name);
    auto predictions = predict_subsets(training.model(), split, training.collator(), training.pass(hooks));
    if (!predictions) {
      result.outcome = sweeps::Outcome::interrupted;
      result.predictions.clear();
      result.metrics.clear();
      return;
    }
    const auto rows = sweeps::evaluate(name, *predictions, split.labels, evaluation.plan, *masks);
    result.metrics.insert(result.metrics.end(), rows.begin(), rows.end());
    result.predictions.push_back({name, std::move(*predictions)});
  }
  if (!sweeps::predictions_are_finite(result)) result.outcome = sweeps::Outcome::diverged;
}

}  // namespace

EvaluationSetup::EvaluationSetup(const sweeps::EvaluationPlan& evaluation_plan, const Dataset& dataset)
    : plan(evaluation_plan),
      valid(plan, SplitName::valid, dataset.split(SplitName::valid).ids),
      test(plan, SplitName::test, dataset.split(SplitName::test).ids) {}

TrainedTrial train_trial(const Configuration& configuration, const Dataset& dataset,
                         const EvaluationSetup& evaluation, torch::Device device, const TrialHooks& hooks) {
  TrainedTrial trial;
  sweeps::TrialResult& result = trial.result;
  const PeakMemory peak_memory;
  const auto start = Clock::now();
  Training training(configuration, dataset, device);
  result.parameters = used_parameters(training.model());
  training.run(result, hooks);
  result.train_seconds = seconds_since(start);
  if (result.outcome == sweeps::Outcome::finished) {
    const auto evaluation_start = Clock::now();
    evaluate(training, dataset, evaluation, hooks, result);
    result.evaluate_seconds = seconds_since(evaluation_start);
  }
  if (result.outcome == sweeps::Outcome::finished) {
    training.model().to(torch::kCPU);
    trial.checkpoint = Checkpoint{configuration, dataset.content_sha256(), widths_of(dataset),
                                  training.collator().normalization(), training.model_pointer()};
  }
  result.peak_memory_bytes = peak_memory.bytes();
  return trial;
}

}  // namespace missmodal::trainer
