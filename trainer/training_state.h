#pragma once
// All that a training in progress is made of between two batches, beside its configuration and its data: what
// went on from it gives the bits that an undisturbed training gives. The best epoch's weights, a checkpoint
// and a resume are uses of it.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sweeps/trial_result.h"
#include "trainer/loss_means.h"
#include "trainer/model/named_tensors.h"

namespace missmodal::trainer {

// Of the epoch that goes on. As it is made here: none does.
struct EpochProgress {
  int pass = 0;                          // of the epoch; as many as it has: only its validation is missing
  std::int64_t batch = 0;                // complete batches of the pass
  std::vector<LossMeans::Sums> sums;     // of the pass so far, by stage
  std::map<std::string, double> losses;  // means of the passes before
  std::vector<int> accumulated;          // batches of each optimiser since its last update
  std::int64_t first_bad_step = 0;       // whose loss or gradient was not finite; 0: none was
  double seconds = 0;                    // spent on it
};

struct TrainingProgress {
  int epoch = 0;          // epochs that are complete
  std::int64_t step = 0;  // stages of batches trained; it numbers the dropout of the next one
  int best_epoch = 0;     // 0: none yet
  double best_mae = 0;    // complete-modality validation MAE of that epoch
  std::vector<sweeps::EpochRecord> epochs;
  double seconds = 0;  // spent training
  EpochProgress within;
};

struct TrainingState {
  TrainingProgress progress;
  NamedTensors model;                    // parameters and buffers
  NamedTensors tables;                   // Model::tables()
  std::vector<NamedTensors> optimizers;  // Optimizer::state() of each
  NamedTensors best;                     // the model's values of best_epoch; empty before
  NamedTensors gradients;                // where an optimiser has accumulated any
};

}  // namespace missmodal::trainer
