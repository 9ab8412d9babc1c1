#include "coordinator/progress_line.h"

#include <gtest/gtest.h>

#include "coordinator/handlers.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {
namespace {

sweeps::TrialResult taking(double mae, double seconds) {
  sweeps::TrialResult result = finished_with(mae);
  result.train_seconds = 0.75 * seconds;
  result.evaluate_seconds = 0.25 * seconds;
  return result;
}

class ProgressLine : public ::testing::Test {
 protected:
  ProgressLine() {
    on_start(state_);
    on_ready(state_, 1, {worker::kProtocolVersion, "h", "cpu"});
  }
  void finish(double mae, double seconds) {
    on_finished(state_, 1, {assignment_of(state_, 1).id, taking(mae, seconds)});
  }

  State state_ = small_state();
};

TEST_F(ProgressLine, SaysWhatIsDoneAndWhatWaits) {
  EXPECT_EQ(progress_line(state_, {}, 0), "search 0/2, final waits | 1 running");
  EXPECT_FALSE(remaining(state_).has_value());
  finish(1, 200);
  // Half a cell of 200 s is left. One alone tells nothing of the spread, so it is as wide as the cell.
  EXPECT_EQ(progress_line(state_, {std::chrono::seconds(200), 1}, 2),
            "search 1/2, final waits | 1 running, 2 failed attempts | 3 min a cell, about 2 min left (0 s to "
            "7 min)");
  EXPECT_EQ(
      progress_line(state_, {std::chrono::milliseconds(300), 1}, 0, "best mae 1"),
      "search 1/2, final waits | 1 running | best mae 1 | 0.3 s a cell, about 2 min left (0 s to 7 min)");
}

TEST_F(ProgressLine, CountsWhatWaitsForASearch) {
  finish(1, 100);
  state_.stages[1].expected = 4;
  EXPECT_DOUBLE_EQ(remaining(state_).value().seconds, 450);
  finish(0.5, 100);  // the search is over: four cells of two setups, one of which runs
  EXPECT_DOUBLE_EQ(remaining(state_).value().seconds, 350);
  EXPECT_DOUBLE_EQ(remaining(state_).value().low, 350);  // two alike
}

TEST_F(ProgressLine, NamesTheBestPointOfASearch) {
  EXPECT_EQ(best_so_far(state_), "");
  finish(0.61234, 1);
  EXPECT_EQ(best_so_far(state_), "best mae 0.6123 at alpha=0.3");
  finish(0.5, 1);
  EXPECT_EQ(best_so_far(state_), "");  // the search is done, and the next stage runs
}

}  // namespace
}  // namespace missmodal::coordinator
