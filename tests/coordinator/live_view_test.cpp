#include "coordinator/live_view.h"

#include <gtest/gtest.h>

namespace missmodal::coordinator {
namespace {

TEST(LiveView, TellsHowFarWhatRunsIs) {
  State state;
  state.age = 70;
  const CellHandle cell = state.cells.add("0a1b");
  Assignment assignment;
  assignment.id = 7;
  assignment.cell = cell;
  assignment.attempt = 2;
  assignment.begun = 10;
  assignment.curve = {{1, {{"total", 2.0}}, 1.5, std::nullopt, true, 0.5},
                      {2, {{"total", 1.0}}, 1.75, std::nullopt, false, 0.5}};
  state.assignments[7] = assignment;
  assignment.id = 8;
  assignment.judged = true;
  state.assignments[8] = assignment;
  WorkerState worker;
  worker.host = "node1";
  worker.assignment = 7;
  worker.unheard = 1.5;
  worker.beat.memory_bytes = 1 << 20;
  state.workers[3] = worker;

  const results::web::Live live = live_view(state);
  ASSERT_EQ(live.running.size(), 1U) << "not what was judged";
  EXPECT_EQ(live.running[0].cell, "0a1b");
  EXPECT_EQ(live.running[0].attempt, 2);
  EXPECT_EQ(live.running[0].running_seconds, 60);
  EXPECT_EQ(live.running[0].last->epoch, 2);
  EXPECT_EQ(live.running[0].best_epoch, 1);
  EXPECT_EQ(live.running[0].best_valid_mae, 1.5);
  ASSERT_EQ(live.workers.size(), 1U);
  EXPECT_EQ(live.workers[0].rank, 3);
  EXPECT_EQ(live.workers[0].host, "node1");
  EXPECT_EQ(live.workers[0].condition, results::WorkerCondition::training);
  EXPECT_EQ(live.workers[0].cell, "0a1b");
  EXPECT_EQ(live.workers[0].memory_bytes, 1 << 20);
  EXPECT_EQ(live.workers[0].unheard_seconds, 1.5);
}

}  // namespace
}  // namespace missmodal::coordinator
