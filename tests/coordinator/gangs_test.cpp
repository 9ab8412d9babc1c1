// Trials on several ranks: how gangs are made, judged, broken and made again.
#include <gtest/gtest.h>

#include "coordinator/dispatch.h"
#include "coordinator/handlers.h"
#include "coordinator/liveness.h"
#include "coordinator/progress_line.h"
#include "sweeps/exit_code.h"
#include "tests/coordinator/effects_text.h"
#include "tests/coordinator/invariants.h"
#include "tests/coordinator/small_sweep.h"
#include "tests/coordinator/widths.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using sweeps::FailureClass;
using worker::Ready;

class Gangs : public testing::Test {
 protected:
  void sweep(const std::vector<int>& widths, int ranks) {
    state_ = sweep_of(widths);
    state_.ranks = ranks;
    state_.sweep.resources.max_attempts = 2;
  }
  Lines ready(int rank, const std::string& host, int gpus = 0, int local = 0) {
    return seen(on_ready(
        state_, rank,
        Ready{worker::kProtocolVersion, host, gpus > 0 ? "cuda" : "cpu", "", "2.6", "H100", gpus, local}));
  }
  worker::AssignmentId held(int rank) const { return state_.workers.at(rank).assignment.value(); }
  Lines finish(int rank) { return seen(on_finished(state_, rank, {held(rank), finished_with(1)})); }
  Lines release(int rank) { return seen(on_released(state_, rank, {held(rank)})); }
  Lines fail(int rank, FailureClass failure, const std::string& words, const std::vector<int>& silent = {}) {
    return seen(on_failed(state_, rank, {held(rank), failure, words, silent}));
  }
  Lines lose(int rank) { return seen(on_lost(state_, rank, std::nullopt)); }
  bool idle(int rank) const { return !state_.workers.at(rank).assignment; }
  const Cell& cell(std::size_t index) const { return planned_cell(state_, 0, index); }

  State state_;

 private:
  Lines seen(const Effects& effects) {
    check_invariants(state_);
    return lines(state_, effects);
  }
};

TEST_F(Gangs, OneIsTrainedByEveryMemberAndJudgedByItsLeader) {
  sweep({2, 2}, 2);
  EXPECT_EQ(ready(1, "a"), Lines{});
  EXPECT_EQ(ready(2, "a"),
            (Lines{"start search/0 attempt 1 on ranks 1 (a, cpu), 2 (a, cpu)",
                   "-> 1: train search/0 attempt 1 on cpu", "-> 2: train search/0 attempt 1 on cpu"}));
  EXPECT_EQ(progress_line(state_, {}, 0), "search 0/2 | 1 running on 2 ranks");
  EXPECT_EQ(finish(1), (Lines{"accept search/0 attempt 1"}));
  EXPECT_FALSE(idle(2));  // until it says so
  EXPECT_EQ(release(2).front(), "start search/1 attempt 1 on ranks 1 (a, cpu), 2 (a, cpu)");
  EXPECT_EQ(finish(1), (Lines{"accept search/1 attempt 1", "end 0: 2 cells accepted, 0 diverged, 0 parked",
                              "-> 1: stop", "-> 2: stop"}));
}

TEST_F(Gangs, WhatTheRanksThatAreHereCannotGiveHoldsNothingUp) {
  sweep({2, 1}, 2);
  EXPECT_EQ(ready(1, "a").front(), "start search/1 attempt 1 on rank 1 (a, cpu)");
  EXPECT_EQ(ready(2, "a"), Lines{});  // from now on the first cell waits for rank 1, and rank 2 for it
  EXPECT_EQ(finish(1)[1], "start search/0 attempt 1 on ranks 1 (a, cpu), 2 (a, cpu)");
}

TEST_F(Gangs, ASweepDoesNotWaitForAMemberOfAnAcceptedAttempt) {
  sweep({2}, 2);
  ready(1, "a");
  ready(2, "a");
  EXPECT_EQ(finish(1).back(), "-> 2: stop");
  EXPECT_EQ(state_.verdict->exit_code, kExitOk);
}

TEST_F(Gangs, AResultOfAnotherMemberThanTheLeaderIsNone) {
  sweep({2}, 2);
  ready(1, "a");
  ready(2, "a");
  EXPECT_EQ(finish(2), Lines{});
  EXPECT_EQ(cell(0).state, CellState::running);
  finish(1);
  EXPECT_EQ(cell(0).state, CellState::accepted);
}

TEST_F(Gangs, ACellThatCanHaveNoneAnyMoreKeepsNothingFromTheOthers) {
  sweep({1, 2, 1}, 2);
  ready(1, "a");
  ready(2, "a");  // kept for the second cell, which waits for rank 1
  EXPECT_EQ(lose(1)[1], "start search/0 attempt 2 on rank 2 (a, cpu)");
  EXPECT_EQ(finish(2)[1], "start search/2 attempt 1 on rank 2 (a, cpu)");
  finish(2);
  EXPECT_EQ(state_.verdict->exit_code, kExitTrouble);
}

TEST_F(Gangs, AreOfOneHostWhereOneIsLargeEnough) {
  sweep({1, 1, 2, 1}, 4);
  ready(1, "a");
  ready(2, "b");
  EXPECT_EQ(ready(3, "a"), Lines{});  // not with rank 2: host a has two, and one of them trains
  EXPECT_EQ(finish(2), (Lines{"accept search/1 attempt 1", "start search/3 attempt 1 on rank 2 (b, cpu)",
                              "-> 2: train search/3 attempt 1 on cpu"}));  // host a is kept
  EXPECT_EQ(finish(1)[1], "start search/2 attempt 1 on ranks 1 (a, cpu), 3 (a, cpu)");
}

TEST_F(Gangs, SpanHostsWhereNoneIsLargeEnough) {
  sweep({3}, 3);
  ready(1, "a");
  ready(2, "b");
  EXPECT_EQ(ready(3, "b").front(), "start search/0 attempt 1 on ranks 2 (b, cpu), 3 (b, cpu), 1 (a, cpu)");
}

TEST_F(Gangs, MembersNeverShareAGpu) {
  sweep({2, 2}, 4);
  state_.sweep.resources.trials_per_gpu = 2;
  ready(1, "a", 2, 0);
  ready(3, "a", 2, 2);  // GPU 0 again
  EXPECT_TRUE(idle(1));
  EXPECT_EQ(ready(2, "a", 2, 1).front(), "start search/0 attempt 1 on ranks 1 (a, cuda:0), 2 (a, cuda:1)");
  EXPECT_EQ(ready(4, "a", 2, 3).front(), "start search/1 attempt 1 on ranks 3 (a, cuda:0), 4 (a, cuda:1)");
}

TEST_F(Gangs, AWorkerBeyondTheGpusIsSetAside) {
  sweep({1, 1}, 2);
  ready(1, "a", 1, 0);
  EXPECT_EQ(ready(2, "a", 1, 1).front(),
            "set aside rank 2 (a): resources.trials_per_gpu: 1, and 1 GPU is for 1 workers at most; it is "
            "number 2");
}

TEST_F(Gangs, WhatNoRanksCanGiveEndsTheSweepOnceAllAreHere) {
  sweep({1, 3}, 3);
  state_.sweep.resources.trials_per_gpu = 3;
  ready(1, "a", 1, 0);
  ready(2, "a", 1, 1);
  const Lines told = ready(3, "a", 1, 2);
  EXPECT_EQ(told, (Lines{"-> 1: stop", "-> 2: stop", "-> 3: stop"}));
  fail(1, FailureClass::interrupted, "the sweep was stopped");
  EXPECT_EQ(state_.verdict->exit_code, kExitBadInput);
  EXPECT_EQ(state_.verdict->text,
            "resources.ranks_per_trial: 3, but this job's 3 ranks sit on 1 GPU, and each needs its own");
}

TEST_F(Gangs, TheMemberThatKnowsWhyIsBelievedAndItsMatesAreToldToGiveUp) {
  sweep({3}, 3);
  for (const int rank : {1, 2, 3}) ready(rank, "a");
  // A mate's word comes first: it says nothing of the cause.
  EXPECT_EQ(fail(1, FailureClass::lost, "rank 2 left"), (Lines{"-> 2: cancel 1", "-> 3: cancel 1"}));
  EXPECT_EQ(cell(0).state, CellState::running);
  EXPECT_EQ(fail(2, FailureClass::run_error, "disk on fire"),
            (Lines{"fail search/0 attempt 1: run_error: disk on fire"}));
  EXPECT_EQ(cell(0).counted_failures, 1);
  EXPECT_EQ(state_.alike.count, 1);
  const Lines again = fail(3, FailureClass::lost, "rank 2 left");
  EXPECT_EQ(again.front(), "start search/0 attempt 2 on ranks 1 (a, cpu), 2 (a, cpu), 3 (a, cpu)");
  EXPECT_EQ(cell(0).counted_failures, 1);  // once for all of them
}

TEST_F(Gangs, ASilentMemberIsSetAsideAndTheGangIsMadeAgain) {
  sweep({2, 2}, 4);
  for (const int rank : {1, 2}) ready(rank, "a");
  for (const int rank : {3, 4}) ready(rank, "b");
  EXPECT_EQ(fail(1, FailureClass::lost, "no word of rank 2", {2}),
            (Lines{"set aside rank 2 (a): it did not answer its gang for 60 s",
                   "fail search/0 attempt 1: lost: rank 2 on a did not answer for 60 s", "-> 2: stop",
                   "say: rank 2 on a is set aside for the rest of this run: it did not answer its gang for "
                   "60 s"}));
  EXPECT_EQ(cell(0).counted_failures, 0);
  EXPECT_EQ(silent_ranks(state_), (std::set<int>{2}));
  finish(3);
  EXPECT_EQ(release(4).front(), "start search/0 attempt 2 on ranks 3 (b, cpu), 4 (b, cpu)");
}

TEST_F(Gangs, AMemberThatHasAnsweredIsNotSilent) {
  sweep({2}, 2);
  ready(1, "a");
  ready(2, "a");
  fail(2, FailureClass::out_of_memory, "no memory");
  const Lines told = fail(1, FailureClass::lost, "no word of rank 2", {2});
  EXPECT_EQ(told.front(), "start search/0 attempt 2 on ranks 1 (a, cpu), 2 (a, cpu)");
  EXPECT_TRUE(silent_ranks(state_).empty());
}

TEST_F(Gangs, AGangThatBreaksWithoutAReasonIsNotTriedForEver) {
  sweep({2}, 2);
  ready(1, "a");
  ready(2, "a");
  for (int attempt = 1; attempt <= 2; ++attempt) {
    EXPECT_FALSE(state_.verdict);
    fail(1, FailureClass::lost, "the connection broke");
    fail(2, FailureClass::lost, "the connection broke");
  }
  EXPECT_EQ(cell(0).state, CellState::parked);
  EXPECT_EQ(state_.verdict->exit_code, kExitIncomplete);
}

TEST_F(Gangs, AWorkersFaultGivesTheCellBackAndTooFewAreLeft) {
  sweep({2, 2}, 2);
  ready(1, "a");
  ready(2, "a");
  EXPECT_EQ(fail(2, FailureClass::worker_fault, "no such file").front(),
            "fail search/0 attempt 1: worker_fault: no such file");
  fail(1, FailureClass::interrupted, "given up");
  EXPECT_EQ(state_.verdict->exit_code, kExitTrouble);
  EXPECT_EQ(state_.verdict->text,
            "a cell needs 2 ranks, too few of the 1 that are left can train it: rank 2 on a: no such file");
}

TEST_F(Gangs, AMemberThatStartsAnewBreaksItsGang) {
  sweep({2}, 2);
  ready(1, "a");
  ready(2, "a");
  EXPECT_EQ(ready(2, "a"), (Lines{"fail search/0 attempt 1: lost: its rank started anew", "-> 1: cancel 1"}));
  EXPECT_EQ(fail(1, FailureClass::interrupted, "given up").front(),
            "start search/0 attempt 2 on ranks 1 (a, cpu), 2 (a, cpu)");
}

TEST_F(Gangs, AnInterruptEndsWhenTheLastMemberHasAnswered) {
  sweep({2}, 2);
  ready(1, "a");
  ready(2, "a");
  on_interrupt(state_);
  EXPECT_EQ(fail(1, FailureClass::interrupted, "the sweep was stopped"), Lines{});
  EXPECT_FALSE(state_.verdict);
  fail(2, FailureClass::lost, "rank 1 left");
  EXPECT_EQ(state_.verdict->exit_code, kExitInterrupted);
  EXPECT_EQ(cell(0).state, CellState::pending);
  EXPECT_EQ(cell(0).counted_failures, 0);
}

TEST_F(Gangs, WithoutMemoryACellIsTriedWithFewerNeighbours) {
  sweep({1, 1, 1, 1, 1}, 4);
  state_.sweep.resources.trials_per_gpu = 4;
  for (int rank = 1; rank <= 4; ++rank) ready(rank, "a", 1, rank - 1);
  const auto out_of_memory = [&](int rank) { return fail(rank, FailureClass::out_of_memory, "no memory"); };
  EXPECT_EQ(out_of_memory(1).back(), "-> 1: train search/4 attempt 1 on cuda:0");
  EXPECT_EQ(cell(0).counted_failures, 0);
  EXPECT_EQ(finish(2).size(), 1U);  // three are still there: the cell bears one
  EXPECT_EQ(finish(3).size(), 1U);
  const Lines again = finish(4);
  ASSERT_EQ(again.size(), 3U);
  EXPECT_TRUE(again[1].starts_with("start search/0 attempt 2"));
  int worker = 0;
  for (const auto& [id, assignment] : state_.assignments) {
    if (assignment.attempt == 2) worker = assignment.members[0].rank;
  }
  EXPECT_EQ(out_of_memory(worker).size(), 1U);  // alone next, and search/4 still runs
  EXPECT_TRUE(finish(1)[1].starts_with("start search/0 attempt 3"));
}

}  // namespace
}  // namespace missmodal::coordinator
