#pragma once
// What a worker's training thread does with an assignment: check what it trains from, train, evaluate.

#include <memory>
#include <optional>

#include "sweeps/trial_result.h"
#include "trainer/train_trial.h"
#include "worker/errand.h"
#include "worker/inputs.h"

namespace missmodal::worker {

// One per worker, used by its training thread: dataset, weights and masks are kept between trials.
class Trials {
 public:
  // Before anything is trained the dataset, the weights and the device are checked: what is wrong with them
  // is a WorkerFault. Throws GroupBroken where the other members are lost, and whatever training throws.
  sweeps::TrialResult train(Errand& errand);

 private:
  const trainer::EvaluationSetup& evaluation(const sweeps::EvaluationPlan& plan,
                                             std::shared_ptr<const trainer::Dataset> dataset);

  Inputs inputs_;
  std::shared_ptr<const trainer::Dataset> evaluated_;  // what setup_ was drawn for
  std::optional<trainer::EvaluationSetup> setup_;
};

}  // namespace missmodal::worker
