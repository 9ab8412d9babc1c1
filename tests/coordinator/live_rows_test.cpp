#include "coordinator/live_rows.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/handlers.h"
#include "coordinator/liveness.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {
namespace {

using results::AttemptProgressed;
using results::WorkerCondition;
using results::WorkersSeen;

class LiveRows : public ::testing::Test {
 protected:
  LiveRows() {
    on_start(state_);
    ready(1);
    ready(2);
    ready(3);
    ready(4);
  }

  void ready(int rank) {
    on_ready(state_, rank,
             worker::Ready{.host = "node1", .device = "cpu", .processor = "EPYC", .local = rank - 1});
  }

  void progress(int rank, int epoch) {
    on_progress(state_, rank, {state_.workers.at(rank).assignment.value(), {epoch, {}, 0.5, {}, true, 1}});
  }

  std::vector<std::string> curves() const {
    std::vector<std::string> found;
    for (const auto& change : live_rows(state_)) {
      if (const auto* one = std::get_if<AttemptProgressed>(&change)) {
        std::string text = one->cell == planned_cell(state_, 0, 0).id ? "0:" : "1:";
        for (const auto& epoch : one->epochs) text += " " + std::to_string(epoch.epoch);
        found.push_back(text);
      }
    }
    return found;
  }

  std::vector<results::WorkerRow> workers() const {
    return std::get<WorkersSeen>(live_rows(state_).back()).workers;
  }

  State state_ = small_state();
};

TEST_F(LiveRows, AreTheEpochsThatWereNotWrittenYet) {
  progress(1, 1);
  progress(1, 2);
  progress(2, 1);
  EXPECT_EQ(curves(), (std::vector<std::string>{"0: 1 2", "1: 1"}));
  note_written(state_);
  EXPECT_TRUE(curves().empty());
  progress(1, 3);
  EXPECT_EQ(curves(), (std::vector<std::string>{"0: 3"}));
}

TEST_F(LiveRows, SayWhatEveryWorkerDoes) {
  on_tick(state_, 1);
  on_beat(state_, 1, {state_.workers.at(1).assignment.value(), 17, 1000, 0, 1.0});
  on_tick(state_, 2);
  on_beat(state_, 1, {state_.workers.at(1).assignment.value(), 27, 2000, 0, 2.0});
  on_heard(state_, 3);
  on_lost(state_, 4, "SIGSEGV");
  const auto rows = workers();
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].condition, WorkerCondition::training);
  EXPECT_EQ(rows[0].cell, planned_cell(state_, 0, 0).id);
  EXPECT_EQ(rows[0].attempt, 1);
  EXPECT_EQ(rows[0].batches, 27);
  EXPECT_EQ(rows[0].memory_bytes, 2000);
  EXPECT_DOUBLE_EQ(rows[0].processors.value(), 0.5);
  EXPECT_EQ(rows[0].processor, "EPYC");
  EXPECT_EQ(rows[1].unheard_seconds, 3);
  EXPECT_FALSE(rows[1].memory_bytes.has_value());  // it said nothing yet
  EXPECT_EQ(rows[2].condition, WorkerCondition::idle);
  EXPECT_EQ(rows[2].unheard_seconds, 0);
  EXPECT_FALSE(rows[2].cell.has_value());
  EXPECT_EQ(rows[3].condition, WorkerCondition::lost);
  EXPECT_EQ(rows[3].reason, "it crashed: SIGSEGV");
}

}  // namespace
}  // namespace missmodal::coordinator
