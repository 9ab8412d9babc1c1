#include "worker/trials.h"

#include <exception>
#include <memory>
#include <utility>

#include "sweeps/canonical.h"
#include "trainer/threads.h"
#include "worker/device.h"
#include "worker/gang.h"

namespace missmodal::worker {

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
  trainer::TrialHooks hooks;
  hooks.on_epoch = [&](const sweeps::EpochRecord& epoch) {
    if (errand.place == 0) errand.on_epoch(epoch);
  };
  hooks.interrupted = [&] {
    if (!std::exchange(weights_loaded, true)) inputs_.confirm_weights();  // first asked when the model stands
    return errand.interrupted.load();
  };
  try {
    const auto communicator = join_gang(errand, device);
    const Surrender::Way way(errand.surrender, [&communicator] { communicator->abort(); });
    trainer::TrainedTrial trial = trainer::train_trial(
        configuration, *dataset, evaluation(assign.evaluation, dataset), device, hooks, communicator.get());
    if (trial.result.outcome != sweeps::Outcome::interrupted) inputs_.confirm_dataset();
    return std::move(trial.result);
  } catch (const std::exception&) {
    // What changed while it was read explains any error better than the error.
    if (!weights_loaded) inputs_.confirm_weights();
    inputs_.confirm_dataset();
    throw;
  }
}

}  // namespace missmodal::worker
