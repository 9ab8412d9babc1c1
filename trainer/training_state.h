#pragma once
// All that a training in progress is made of at an epoch's end, beside its configuration and its data: what
// went on from it gives the bits that an undisturbed training gives. The best epoch's weights, a checkpoint
// and a resume are uses of it.

#include <cstdint>
#include <vector>

#include "sweeps/trial_result.h"
#include "trainer/model/named_tensors.h"

namespace missmodal::trainer {

struct TrainingProgress {
  int epoch = 0;          // epochs that are complete
  std::int64_t step = 0;  // stages of batches trained; it numbers the dropout of the next one
  int best_epoch = 0;     // 0: none yet
  double best_mae = 0;    // complete-modality validation MAE of that epoch
  std::vector<sweeps::EpochRecord> epochs;
  double seconds = 0;  // spent training
};

struct TrainingState {
  TrainingProgress progress;
  NamedTensors model;                    // parameters and buffers
  NamedTensors tables;                   // Model::tables()
  std::vector<NamedTensors> optimizers;  // Optimizer::state() of each
  NamedTensors best;                     // the model's values of best_epoch; empty before
};

}  // namespace missmodal::trainer
