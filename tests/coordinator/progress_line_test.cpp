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

TEST_F(ProgressLine, OfManyStagesNamesThoseUnderWay) {
  State state = small_state();
  for (const char* name : {"second", "third"}) {
    for (sweeps::Stage stage : small_sweep().stages) {
      if (!stage.from.empty()) stage.from = name;
      stage.name = stage.from.empty() ? name : name + std::string("_final");
      state.sweep.stages.push_back(stage);
    }
  }
  state.stages.resize(state.sweep.stages.size());
  on_start(state);
  on_ready(state, 1, {worker::kProtocolVersion, "h", "cpu"});
  EXPECT_EQ(progress_line(state, {}, 0), "0 of 6 stages done, 3 wait, search 0/2 | 1 running");
  for (int i = 0; i < 3; ++i) on_finished(state, 1, {assignment_of(state, 1).id, taking(1, 100)});
  EXPECT_EQ(progress_line(state, {}, 0),
            "1 of 6 stages done, 2 wait, second 1/2 | 1 running | about 11 min left (8 min to 14 min)");
}

TEST_F(ProgressLine, TellsAPointOfManySettingsByItsSearch) {
  State state = small_state();
  for (const char* key : {"loss.beta", "loss.temperature", "model.dropout", "model.fusion_dropout"})
    state.sweep.stages[0].parameters.push_back({key, {0.5}, 0, 0, false});
  State more = small_state();
  more.sweep = state.sweep;
  more.sweep.stages[0].parameters.push_back({"training.weight_decay", {0.5}, 0, 0, false});
  for (State* each : {&state, &more}) {
    on_start(*each);
    on_ready(*each, 1, {worker::kProtocolVersion, "h", "cpu"});
    on_finished(*each, 1, {assignment_of(*each, 1).id, taking(0.61234, 1)});
  }
  EXPECT_EQ(best_so_far(state),
            "best mae 0.6123 at alpha=0.3 beta=0.5 temperature=0.5 dropout=0.5 fusion_dropout=0.5");
  EXPECT_EQ(best_so_far(more), "best mae 0.6123 in search");
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
