#include "trainer/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/evaluation/metrics.h"
#include "sweeps/shuffle.h"
#include "trainer/model/cudnn_weights.h"
#include "trainer/precision.h"

namespace missmodal::trainer {
namespace {

using sweeps::EpochRecord;
using sweeps::Outcome;
using sweeps::SplitName;

// The order of a pass's utterances; docs/sweep_file.md lists the key texts of every shuffle.
std::vector<std::size_t> order_of(std::size_t count, std::int64_t seed, int epoch, int pass) {
  std::string key = fmt::format("missmodal-batches-v1|{}|{}", seed, epoch);
  if (pass > 0) key += fmt::format("|{}", pass);
  return sweeps::permutation(count, key);
}

double seconds_between(std::chrono::steady_clock::time_point start,
                       std::chrono::steady_clock::time_point end) {
  return std::chrono::duration<double>(end - start).count();
}

}  // namespace

Training::Training(const sweeps::Configuration& configuration, const Dataset& dataset,
                   std::shared_ptr<Model> model, torch::Device device, const Group& group)
    : configuration_(configuration),
      train_(dataset.split(SplitName::train)),
      valid_(dataset.split(SplitName::valid)),
      scale_(dataset.scale()),
      device_(device),
      group_(group),
      model_(std::move(model)),
      collator_(normalization_of(dataset, configuration.normalize),
                torch::TensorOptions(device).dtype(floating_type(configuration.training.precision)),
                model_->text_configuration().empty() ? TextInput::everything : TextInput::word_pieces) {
  model_->to(device, floating_type(configuration.training.precision));
  flatten_cudnn_weights(*model_);
  model_->begin_training(static_cast<std::int64_t>(train_.size()));
  for (OptimizerPlan& plan : model_->optimizers(configuration.training))
    optimizers_.emplace_back(*model_, std::move(plan));
  passes_ = model_->epoch();
  for (TrainingPass& pass : passes_) {
    for (auto& [places] : pass.stages) {
      if (places.empty()) {
        places.resize(optimizers_.size());
        std::iota(places.begin(), places.end(), std::size_t{0});
      }
      std::vector<Optimizer*> stepping;
      for (const std::size_t place : places) stepping.push_back(&optimizers_.at(place));
      stages_.try_emplace(places, *model_, std::move(stepping), group_);
    }
  }
}

Outcome Training::run(const TrialHooks& hooks) {
  while (!over()) {
    if (const Outcome outcome = run_epoch(hooks); outcome != Outcome::finished) return outcome;
  }
  assign(best_, values_of(*model_));
  return Outcome::finished;
}

bool Training::over() const {
  const sweeps::TrainingConfiguration& training = configuration_.training;
  return progress_.epoch >= training.max_epochs ||
         (progress_.epoch > 0 && progress_.epoch - progress_.best_epoch >= training.patience);
}

Outcome Training::run_epoch(const TrialHooks& hooks) {
  const auto start = Clock::now();
  EpochRecord record;
  record.epoch = progress_.epoch + 1;
  const double earlier = progress_.within.seconds;
  const auto ended = [&](Outcome outcome) {
    progress_.within.seconds = earlier + seconds_between(start, Clock::now());
    return outcome;
  };
  if (const Outcome outcome = train(record, hooks); outcome != Outcome::finished) return ended(outcome);
  if (const Outcome outcome = validate(record, hooks); outcome != Outcome::finished) return ended(outcome);
  record.train_seconds = group_.of_first(earlier + seconds_between(start, Clock::now()));
  close(record);
  hooks.on_epoch(record);
  return Outcome::finished;
}

Outcome Training::train(EpochRecord& record, const TrialHooks& hooks) {
  model_->train();
  EpochProgress& within = progress_.within;
  while (within.pass < static_cast<int>(passes_.size())) {
    if (const Outcome outcome = walk(within.pass, record, hooks); outcome != Outcome::finished)
      return outcome;
    ++within.pass;
    within.batch = 0;
    means_.clear();
  }
  record.losses = within.losses;
  return Outcome::finished;
}

// From the batch that it stands at. Of a loss that several stages have, the epoch's is that of the last.
Outcome Training::walk(int pass, EpochRecord& record, const TrialHooks& hooks) {
  const TrainingPass& plan = passes_[static_cast<std::size_t>(pass)];
  EpochProgress& within = progress_.within;
  if (within.batch == 0) {
    for (Optimizer& optimizer : optimizers_) optimizer.drop_batches();
  }
  means_.resize(plan.stages.size());
  const std::vector<std::size_t> order = order_of(train_.size(), configuration_.seed, record.epoch, pass);
  const auto batch_size = static_cast<std::size_t>(configuration_.training.batch_size);
  const std::size_t batches = (order.size() + batch_size - 1) / batch_size;
  Context context;
  context.seed = static_cast<std::uint64_t>(configuration_.seed);
  context.epoch = record.epoch;
  context.group = group_;
  context.pass = pass;
  while (static_cast<double>(within.batch) < plan.share * static_cast<double>(batches)) {
    const bool stop = hooks.interrupted();
    if (stop && group_.alone()) return Outcome::interrupted;
    bool stopped = false;
    const std::size_t first = static_cast<std::size_t>(within.batch) * batch_size;
    const std::span indices(order.data() + first, std::min(batch_size, order.size() - first));
    const Batch batch =
        collator_.collate(train_, indices, collator_.shares(train_, indices, group_.size()), group_.rank());
    context.batch = within.batch;
    for (std::size_t stage = 0; stage < plan.stages.size(); ++stage) {
      context.stage = static_cast<int>(stage);
      context.step = progress_.step;
      const StepSums::Result found = step(batch, context, stop, stages_.at(plan.stages[stage].optimizers));
      means_[stage].add(found.losses, batch.global_size);
      stopped = stopped || found.stop;
      // A GPU is not asked after every step: its queue would run dry. It steps no further by itself.
      if (device_.is_cpu() && first_bad_step_.value() != 0) return diverged(first_bad_step_.value());
    }
    ++within.batch;
    if (stopped) return Outcome::interrupted;
    hooks.on_batch();
  }
  if (first_bad_step_.value() != 0) return diverged(first_bad_step_.value());
  for (const LossMeans& of_stage : means_) {
    for (const auto& [name, mean] : of_stage.means()) within.losses[name] = mean;
  }
  return Outcome::finished;
}

StepSums::Result Training::step(const Batch& batch, const Context& context, bool stop, Stage& stage) {
  ++progress_.step;
  const Stage::Turn turn(stage);
  for (Optimizer* optimizer : stage.optimizers()) optimizer->begin_batch();
  const StepSums::Result found = add_gradients(batch, context, stop, stage.buckets());
  for (Optimizer* optimizer : stage.optimizers())
    first_bad_step_.note(progress_.step, optimizer->end_batch(found.losses.total).finite);
  return found;
}

// The losses are computed in the parameters' type: an exponential of a similarity has no digits to spare.
Output Training::forward(const Batch& batch, const Context& context) {
  const sweeps::Precision precision = configuration_.training.precision;
  const Autocast autocast(precision, device_);
  Output output = model_->forward(batch, context);
  if (output.representations.defined())
    output.representations = output.representations.to(floating_type(precision));
  if (output.predictions.defined()) output.predictions = output.predictions.to(floating_type(precision));
  for (auto& [name, other] : output.others) {
    if (other.is_floating_point()) other = other.to(floating_type(precision));
  }
  return output;
}

// Adds the global batch's gradients to the parameters', and yields its losses.
StepSums::Result Training::add_gradients(const Batch& batch, const Context& context, bool stop,
                                         GradientBuckets& buckets) {
  const Losses losses = model_->loss(forward(batch, context), batch, context);
  StepSums sums(group_, losses, stop);
  buckets.begin();
  group_.backward(losses.total);
  buckets.finish();
  return sums.wait();
}

Outcome Training::validate(EpochRecord& record, const TrialHooks& hooks) {
  const auto predictions = predict_complete(*model_, valid_, collator_, pass(hooks));
  if (!predictions) return Outcome::interrupted;
  const sweeps::Metrics valid = sweeps::score(*predictions, valid_.labels, scale_);
  if (!valid.mae || !std::isfinite(*valid.mae)) return diverged(progress_.step);
  record.valid_mae = *valid.mae;
  record.valid_corr = valid.corr;
  record.best = progress_.best_epoch == 0 || *valid.mae < progress_.best_mae;
  return Outcome::finished;
}

void Training::close(EpochRecord& record) {
  progress_.epoch = record.epoch;
  if (record.best) {
    progress_.best_mae = record.valid_mae;
    progress_.best_epoch = record.epoch;
    best_ = copied(values_of(*model_), device_);
  }
  for (Optimizer& optimizer : optimizers_) optimizer.end_epoch(record.valid_mae);
  progress_.epochs.push_back(record);
  progress_.within = {};
}

Outcome Training::diverged(std::int64_t step) {
  diverged_step_ = step;
  return Outcome::diverged;
}

PassOptions Training::pass(const TrialHooks& hooks) const {
  return {configuration_.training.batch_size, hooks.interrupted, group_, configuration_.training.precision};
}

double Training::seconds() const {
  return progress_.seconds + seconds_between(start_, Clock::now());
}

TrainingState Training::capture() const {
  TrainingState state;
  state.progress = progress_;
  state.progress.seconds = seconds();
  EpochProgress& within = state.progress.within;
  for (const LossMeans& means : means_) within.sums.push_back(means.sums());
  for (const Optimizer& optimizer : optimizers_) within.accumulated.push_back(optimizer.accumulated());
  within.first_bad_step = first_bad_step_.value();
  state.gradients = copied(gradients(), torch::kCPU);
  state.model = copied(values_of(*model_), torch::kCPU);
  state.tables = copied(model_->tables(), torch::kCPU);
  for (const Optimizer& optimizer : optimizers_)
    state.optimizers.push_back(copied(optimizer.state(), torch::kCPU));
  state.best = copied(best_, torch::kCPU);
  return state;
}

// Those that the next update will add to.
NamedTensors Training::gradients() const {
  NamedTensors found;
  const bool accumulating =
      std::any_of(optimizers_.begin(), optimizers_.end(),
                  [](const Optimizer& optimizer) { return optimizer.accumulated() > 0; });
  if (!accumulating) return found;
  for (const auto& parameter : model_->named_parameters()) {
    if (parameter.value().grad().defined()) found.emplace_back(parameter.key(), parameter.value().grad());
  }
  return found;
}

void Training::restore(const TrainingState& state) {
  MISSMODAL_CHECK(state.optimizers.size() == optimizers_.size());
  progress_ = state.progress;
  EpochProgress& within = progress_.within;
  means_.clear();
  for (const LossMeans::Sums& sums : std::exchange(within.sums, {})) means_.emplace_back(sums, device_);
  first_bad_step_ = FirstBadStep(device_, within.first_bad_step);
  const std::vector<int> accumulated = std::exchange(within.accumulated, {});  // the optimisers know it now
  MISSMODAL_CHECK(accumulated.empty() || accumulated.size() == optimizers_.size());
  for (std::size_t i = 0; i < accumulated.size(); ++i) optimizers_[i].go_on_after(accumulated[i]);
  auto parameters = model_->named_parameters();
  for (const auto& [name, gradient] : state.gradients)
    parameters[name].mutable_grad() = gradient.to(device_, /*non_blocking=*/false, /*copy=*/true);
  assign(state.model, values_of(*model_));
  assign(state.tables, model_->tables());
  for (std::size_t i = 0; i < optimizers_.size(); ++i) assign(state.optimizers[i], optimizers_[i].state());
  best_ = copied(state.best, device_);
  start_ = Clock::now();
}

}  // namespace missmodal::trainer
