#pragma once
// One trial: train with early stopping on validation, keep the best epoch's weights, evaluate every
// condition.

#include <optional>

#include "sweeps/condition.h"
#include "sweeps/configuration.h"
#include "sweeps/evaluation/masks.h"
#include "sweeps/trial_result.h"
#include "trainer/checkpoint.h"
#include "trainer/data/dataset.h"
#include "trainer/parallel/communicator.h"
#include "trainer/torch.h"
#include "trainer/training.h"
#include "trainer/training_checkpoints.h"

namespace missmodal::trainer {

// What evaluation needs beside a model; the same for all trials of a sweep, so it is made once per process.
struct EvaluationSetup {
  EvaluationSetup(const sweeps::EvaluationPlan& plan, const Dataset& dataset);
  sweeps::EvaluationPlan plan;
  sweeps::MaskTable valid;
  sweeps::MaskTable test;
};

struct TrainedTrial {
  sweeps::TrialResult result;
  std::optional<Checkpoint> checkpoint;  // the best epoch's model; absent unless finished
};

// A loss, gradient or validation MAE that is not finite ends the trial as `diverged` with its step; one whose
// predictions are not finite though its training was ends as `diverged` with step 0, the predictions and
// their metrics (NULL) reported all the same.
//
// One trial at a time in a process: its peak memory is that of the process.
//
// With a communicator its members train the trial together; alone without one. Collective: each calls this
// with the same configuration and data, and all get the same result but for evaluation time and memory. Each
// member's `interrupted` is asked; true on one ends the trial on all, at the end of the same step.
// GroupBroken where a member is lost. The number of members is that of the configuration's ranks.
//
// With checkpoints one that is interrupted is saved before this returns, and it goes on from the furthest one
// that every member can read, and has the result that it would have had undisturbed; the epochs before are in
// the result and are not told to the hooks again. Place 0 writes them; whoever gave them removes them.
//
// Trains on `device` with the calling thread's LibTorch settings. The result is a function of the
// configuration, the dataset and the number of threads alone: same bits every time on the CPU. Exceptions:
// InputError for a configuration that does not fit the data, whatever LibTorch throws for trouble (out of
// memory).
TrainedTrial train_trial(const sweeps::Configuration& configuration, const Dataset& dataset,
                         const EvaluationSetup& evaluation, torch::Device device,
                         const TrialHooks& hooks = {}, Communicator* communicator = nullptr,
                         TrainingCheckpoints* checkpoints = nullptr);

}  // namespace missmodal::trainer
