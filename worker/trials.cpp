#include "worker/trials.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include "sweeps/canonical.h"
#include "sweeps/output_file.h"
#include "trainer/threads.h"
#include "trainer/training_checkpoints.h"
#include "worker/device.h"
#include "worker/gang.h"
#include "worker/last_words.h"
#include "worker/processor.h"

namespace missmodal::worker {

namespace {

// A folder that this host does not see keeps nothing: the cell begins again after a death, with the same
// bits.
std::optional<trainer::TrainingCheckpoints> checkpoints_of(Errand& errand, torch::Device device) {
  const Assign& assign = errand.assign;
  if (assign.work.empty()) return std::nullopt;
  trainer::CheckpointOptions options;
  options.folder = assign.work;
  options.name = assign.cell;
  options.identity =
      fmt::format("cell {}, {} ranks on {}, {} threads, LibTorch {}", assign.cell, assign.members.size(),
                  processor_name(device), assign.threads, TORCH_VERSION);
  options.interval = std::chrono::seconds(assign.checkpoint_seconds);
  options.say = [&assign](const std::string& line) {
    fmt::print(stderr, "missmodal: cell {:.12}: {}\n", assign.cell, line);
  };
  options.on_saved = [&errand](const trainer::TrainingProgress& progress) {
    errand.on_saved(progress.epoch, progress.step);
  };
  return std::make_optional<trainer::TrainingCheckpoints>(std::move(options));
}

std::optional<LastWords> leave_last_words(const Errand& errand) {
  if (errand.assign.work.empty()) return std::nullopt;
  return std::make_optional<LastWords>(errand.assign.work, errand.assign.assignment, errand.place);
}

// A disk that does not take it costs no result.
void keep_weights(const Assign& assign, const trainer::Checkpoint& checkpoint) {
  if (assign.weights.empty()) return;
  try {
    trainer::save_checkpoint(OutputFile(assign.weights), checkpoint);
  } catch (const std::exception& error) {
    fmt::print(stderr, "missmodal: cell {:.12}: the trained model is not kept: {}\n", assign.cell,
               error.what());
  }
}

}  // namespace

const trainer::EvaluationSetup& Trials::evaluation(const sweeps::EvaluationPlan& plan,
                                                   std::shared_ptr<const trainer::Dataset> dataset) {
  if (!setup_ || evaluated_ != dataset || setup_->plan.conditions != plan.conditions ||
      setup_->plan.draws != plan.draws) {
    setup_.emplace(plan, *dataset);
    evaluated_ = std::move(dataset);
  }
  return *setup_;
}

sweeps::TrialResult Trials::train(Errand& errand) {
  const Assign& assign = errand.assign;
  trainer::set_threads(assign.threads);
  sweeps::Configuration configuration =
      sweeps::parse_configuration(assign.configuration, "cell " + assign.cell);
  configuration.model.text_weights = assign.text_weights;
  const torch::Device device(assign.members[static_cast<std::size_t>(errand.place)].device);
  check_device(device);
  limit_memory(device, assign.trials_per_gpu);
  const auto dataset = inputs_.dataset(assign.dataset_path, assign.dataset_sha256);
  inputs_.check_weights(assign.text_weights, assign.weights_sha256);
  bool weights_loaded = false;
  const auto words = leave_last_words(errand);
  trainer::TrialHooks hooks;
  hooks.representations = assign.representations;
  hooks.on_resumed = [&](const trainer::TrainingProgress& progress) {
    errand.on_resumed(progress.epoch, progress.step);
    for (const sweeps::EpochRecord& epoch : progress.epochs) errand.on_epoch(epoch);
  };
  hooks.on_epoch = [&](const sweeps::EpochRecord& epoch) {
    if (errand.place == 0) errand.on_epoch(epoch);
  };
  hooks.interrupted = [&] {
    ++errand.progress;
    if (!std::exchange(weights_loaded, true)) inputs_.confirm_weights();  // first asked when the model stands
    return errand.interrupted.load();
  };
  try {
    const auto communicator = join_gang(errand, device);
    const Surrender::Way way(errand.surrender, [&communicator] { communicator->abort(); });
    auto checkpoints = checkpoints_of(errand, device);
    trainer::TrainedTrial trial =
        trainer::train_trial(configuration, *dataset, evaluation(assign.evaluation, dataset), device, hooks,
                             communicator.get(), checkpoints ? &*checkpoints : nullptr);
    if (trial.result.outcome != sweeps::Outcome::interrupted) inputs_.confirm_dataset();
    if (errand.place == 0 && trial.checkpoint) keep_weights(assign, *trial.checkpoint);
    return std::move(trial.result);
  } catch (const std::exception&) {
    // What changed while it was read explains any error better than the error.
    if (!weights_loaded) inputs_.confirm_weights();
    inputs_.confirm_dataset();
    throw;
  }
}

}  // namespace missmodal::worker
