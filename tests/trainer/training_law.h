#pragma once
// A training that goes on from what was captured is the training that was never disturbed.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "tests/trainer/same_tensors.h"
#include "trainer/training.h"

namespace missmodal::trainer::testing {

// After each of the epochs, and before the first. `make` gives the same training every time.
inline void expect_resumed_is_undisturbed(const std::function<Training()>& make, std::size_t epochs) {
  std::vector<TrainingState> states;
  Training undisturbed = make();
  TrialHooks hooks;
  hooks.on_epoch = [&](const sweeps::EpochRecord&) { states.push_back(undisturbed.capture()); };
  states.push_back(undisturbed.capture());
  ASSERT_EQ(undisturbed.run(hooks), sweeps::Outcome::finished);
  ASSERT_EQ(states.size(), epochs + 1U);
  for (const TrainingState& state : states) {
    SCOPED_TRACE(state.progress.epoch);
    Training resumed = make();
    resumed.restore(state);
    ASSERT_EQ(resumed.run({}), sweeps::Outcome::finished);
    const TrainingProgress& a = undisturbed.progress();
    const TrainingProgress& b = resumed.progress();
    EXPECT_EQ(a.epoch, b.epoch);
    EXPECT_EQ(a.step, b.step);
    EXPECT_EQ(a.best_epoch, b.best_epoch);
    EXPECT_EQ(a.best_mae, b.best_mae);
    ASSERT_EQ(a.epochs.size(), b.epochs.size());
    for (std::size_t i = 0; i < a.epochs.size(); ++i) {
      EXPECT_EQ(a.epochs[i].losses, b.epochs[i].losses);
      EXPECT_EQ(a.epochs[i].valid_mae, b.epochs[i].valid_mae);
      EXPECT_EQ(a.epochs[i].best, b.epochs[i].best);
    }
    expect_same(values_of(*undisturbed.model()), values_of(*resumed.model()));
    const TrainingState end = resumed.capture();
    for (std::size_t i = 0; i < end.optimizers.size(); ++i)
      expect_same(undisturbed.capture().optimizers[i], end.optimizers[i]);
    EXPECT_GE(resumed.seconds(), state.progress.seconds);
  }
}

}  // namespace missmodal::trainer::testing
