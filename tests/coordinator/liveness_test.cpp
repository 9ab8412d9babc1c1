#include "coordinator/liveness.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "coordinator/dispatch.h"
#include "coordinator/handlers.h"
#include "sweeps/exit_code.h"
#include "tests/coordinator/effects_text.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {
namespace {

using sweeps::FailureClass;

class Liveness : public ::testing::Test {
 protected:
  Liveness() { on_start(state_); }

  Lines ready(int rank, const std::string& host = "node1") {
    return lines(state_,
                 on_ready(state_, rank, worker::Ready{.host = host, .device = "cpu", .local = rank - 1}));
  }
  void hear(int rank) {
    const Effects effects = on_heard(state_, rank);
    EXPECT_TRUE(lines(state_, effects).empty());
  }
  Lines lose(int rank, const std::optional<std::string>& words = std::nullopt) {
    return lines(state_, on_lost(state_, rank, words));
  }
  worker::AssignmentId given(int rank) { return state_.workers.at(rank).assignment.value_or(0); }

  State state_ = small_state();
};

TEST_F(Liveness, KeepsTheCurveOfWhatRuns) {
  ready(1);
  ready(2);
  const auto progress = [&](int rank, worker::AssignmentId assignment, int epoch) {
    on_progress(state_, rank, {assignment, {epoch, {{"total", 1.0}}, 0.5, {}, true, 1}});
  };
  progress(1, given(1), 1);
  progress(1, given(1), 2);
  progress(2, given(1), 3);  // not its own
  EXPECT_EQ(assignment_of(state_, 1).curve.size(), 2U);
  EXPECT_TRUE(assignment_of(state_, 2).curve.empty());
}

// Two of its beats, two seconds apart, tell how busy a process is.
TEST_F(Liveness, BeatsTellHowManyProcessorsAreBusy) {
  ready(1);
  on_tick(state_, 1);
  on_beat(state_, 1, {given(1), 10, 1000, 0, 5.0});
  EXPECT_FALSE(state_.workers.at(1).processors.has_value());
  on_tick(state_, 2);
  on_beat(state_, 1, {given(1), 20, 2000, 0, 8.0});
  EXPECT_DOUBLE_EQ(state_.workers.at(1).processors.value(), 1.5);
}

TEST_F(Liveness, SilenceForThreeBeatsIsDeath) {
  ready(1);
  ready(2);
  for (int i = 0; i < 24; ++i) {
    on_tick(state_, 0.25);
    EXPECT_TRUE(overdue(state_).empty()) << i;
  }
  hear(2);
  on_tick(state_, 0.25);
  EXPECT_EQ(overdue(state_), (std::vector<int>{1}));
  hear(1);
  EXPECT_TRUE(overdue(state_).empty());
}

TEST_F(Liveness, TheCellOfTheDeadIsTheNextToBeTried) {
  ready(1);
  ready(2);
  EXPECT_EQ(lose(1), (Lines{"fail search/0 attempt 1: lost: rank 1 on node1 gave no sign of life for 6 s",
                            "say: rank 1 on node1 is taken for dead: it gave no sign of life for 6 s"}));
  EXPECT_EQ(state_.running, 1);
  EXPECT_EQ(silent_ranks(state_), (std::set<int>{1}));
  EXPECT_EQ(ready(3), (Lines{"start search/0 attempt 2 on rank 3 (node1, cpu)",
                             "-> 3: train search/0 attempt 2 on cpu"}));
  EXPECT_EQ(cell_of(state_, planned_cell(state_, 0, 0).id).counted_failures, 0);
  // Nothing is ever sent to it.
  EXPECT_TRUE(lines(state_, on_interrupt(state_)) == (Lines{"-> 2: stop", "-> 3: stop"}));
}

TEST_F(Liveness, WhoWakesStartsAnewAndHisResultIsRefused) {
  ready(1);
  ready(2);
  const auto old = given(1);
  lose(1);
  on_tick(state_, 100);
  EXPECT_EQ(overdue(state_), (std::vector<int>{2})) << "the dead are not missed twice";
  hear(2);
  EXPECT_EQ(lines(state_, on_heard(state_, 1)), (Lines{"-> 1: rejoin"}));
  EXPECT_TRUE(lines(state_, on_finished(state_, 1, {old, finished_with(0.5)})).empty());
  EXPECT_EQ(ready(1), (Lines{"start search/0 attempt 2 on rank 1 (node1, cpu)",
                             "-> 1: train search/0 attempt 2 on cpu"}));
  hear(1);
  EXPECT_TRUE(silent_ranks(state_).empty());
}

// Or the second would take away what it is given after the first.
TEST_F(Liveness, WhoWakesWithSeveralWordsIsToldOnce) {
  ready(1);
  lose(1);
  EXPECT_EQ(lines(state_, on_heard(state_, 1)), (Lines{"-> 1: rejoin"}));
  EXPECT_EQ(lines(state_, on_heard(state_, 1)), Lines{});
  ready(1);
  lose(1);
  EXPECT_EQ(lines(state_, on_heard(state_, 1)), (Lines{"-> 1: rejoin"}));
}

TEST_F(Liveness, WhoWakesAfterTheEndIsToldToLeave) {
  ready(1);
  ready(2);
  lose(1);
  on_interrupt(state_);
  EXPECT_EQ(lines(state_, on_heard(state_, 1)), (Lines{"-> 1: stop"}));
}

TEST_F(Liveness, WithNobodyLeftTheSweepEnds) {
  state_.ranks = 2;
  ready(1);
  ready(2);
  lose(2);
  lose(1);
  ASSERT_TRUE(state_.verdict);
  EXPECT_EQ(state_.verdict->exit_code, kExitTrouble);
  EXPECT_EQ(state_.verdict->text,
            "no worker is left: rank 1 on node1: it gave no sign of life for 6 s (and 1 more)");
}

// And no longer, though nobody says a word then.
TEST_F(Liveness, WhoNeverStartedIsWaitedForFiveMinutes) {
  state_.ranks = 2;  // the second died before it said a word
  ready(1);
  lose(1);
  for (int i = 0; i < 300; ++i) {
    const Effects effects = on_tick(state_, 1);
    EXPECT_TRUE(lines(state_, effects).empty()) << i;
  }
  EXPECT_FALSE(state_.verdict);
  EXPECT_EQ(lines(state_, on_tick(state_, 1)).front(),
            "end 1: no worker is left: rank 1 on node1: it gave no sign of life for 6 s");
  EXPECT_TRUE(state_.verdict);
  EXPECT_EQ(silent_ranks(state_), (std::set<int>{1, 2}));
}

TEST_F(Liveness, LastWordsMakeItTheCellsFault) {
  ready(1);
  ready(2);
  EXPECT_EQ(lose(1, "SIGSEGV: a bad address"),
            (Lines{"fail search/0 attempt 1: crashed: SIGSEGV: a bad address",
                   "say: rank 1 on node1 is taken for dead: it crashed: SIGSEGV: a bad address"}));
  EXPECT_EQ(cell_of(state_, planned_cell(state_, 0, 0).id).counted_failures, 1);
}

TEST_F(Liveness, ACellThatKillsEveryRankIsParkedAndTheRestGoesOn) {
  ready(1);  // search/0
  ready(2);  // search/1
  lose(1, "SIGSEGV: a bad address");
  on_finished(state_, 2, {given(2), finished_with(0.5)});
  ASSERT_EQ(assignment_of(state_, 2).attempt, 2);
  const Lines last = lose(2, "SIGSEGV: a bad address");
  EXPECT_EQ(last.front(), "fail search/0 attempt 2: crashed: SIGSEGV: a bad address, park");
}

TEST_F(Liveness, WhatTheKernelKilledForMemoryIsTheCellsFault) {
  ready(1);
  ready(2);
  ready(3, "node2");
  on_beat(state_, 1, {.oom_kills = 4});
  on_beat(state_, 2, {.oom_kills = 4});
  on_beat(state_, 3, {.oom_kills = 9});  // of another host
  on_beat(state_, 2, {.oom_kills = 5});  // it saw the kill
  EXPECT_EQ(
      lose(1).front(),
      "fail search/0 attempt 1: out_of_memory: the kernel killed it: its control group had no memory left "
      "(oom_kill)");
}

TEST_F(Liveness, OneThatHungIsDeadAndItsCellCounts) {
  ready(1);
  ready(2);
  const Effects effects =
      on_failed(state_, 1, {given(1), FailureClass::hung, "no batch for 300 s, after 7", {}});
  EXPECT_EQ(lines(state_, effects),
            (Lines{"fail search/0 attempt 1: hung: no batch for 300 s, after 7",
                   "say: rank 1 on node1 is taken for dead: it hung: no batch for 300 s, after 7"}));
  EXPECT_EQ(cell_of(state_, planned_cell(state_, 0, 0).id).counted_failures, 1);
}

TEST_F(Liveness, FiftyDeathsWithoutAWordParkUnlessThereIsANewCheckpoint) {
  ready(9);  // takes search/0 and keeps it: here it is search/1 that is killed
  int rank = 10;
  const auto die = [&](bool saved) {
    ++rank;
    ready(rank);
    if (saved) {
      const Effects effects = on_saved(state_, rank, {given(rank), 3, 120});
      EXPECT_EQ(lines(state_, effects).size(), 1U);
    }
    return lose(rank).front();
  };
  for (int i = 0; i < 49; ++i) EXPECT_EQ(die(false).find(", park"), std::string::npos) << i;
  EXPECT_EQ(die(true).find(", park"), std::string::npos);
  for (int i = 0; i < 49; ++i) EXPECT_EQ(die(false).find(", park"), std::string::npos) << i;
  const std::string last = die(false);
  EXPECT_NE(last.find("50 times in a row without a new checkpoint, park"), std::string::npos) << last;
}

TEST_F(Liveness, AFailureAfterANewCheckpointDoesNotCount) {
  ready(1);
  EXPECT_EQ(lines(state_, on_resumed(state_, 1, {given(1), 2, 80})),
            (Lines{"resume search/0 attempt 1 from epoch 2 step 80"}));
  EXPECT_EQ(lines(state_, on_saved(state_, 1, {given(1), 4, 160})),
            (Lines{"save search/0 attempt 1 at epoch 4 step 160"}));
  EXPECT_TRUE(lines(state_, on_saved(state_, 1, {given(1) + 1, 4, 160})).empty()) << "of another assignment";
  lose(1, "SIGSEGV: a bad address");
  EXPECT_EQ(cell_of(state_, planned_cell(state_, 0, 0).id).counted_failures, 0);
}

TEST_F(Liveness, AfterLastOrdersNothingStartsAndWhatRunsGoesOn) {
  ready(1);
  EXPECT_EQ(lines(state_, on_last_orders(state_)),
            (Lines{"say: the time is nearly up: no trial is started any more"}));
  EXPECT_TRUE(ready(2).empty());
  const Effects effects = on_finished(state_, 1, {given(1), finished_with(0.5)});
  EXPECT_EQ(lines(state_, effects),
            (Lines{"accept search/0 attempt 1", "end 4: the time is up; the same command goes on",
                   "-> 1: stop", "-> 2: stop"}));
}

}  // namespace
}  // namespace missmodal::coordinator
