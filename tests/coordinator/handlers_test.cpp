#include "coordinator/handlers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "sweeps/exit_code.h"
#include "tests/coordinator/effects_text.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {
namespace {

using results::AttemptFailed;
using results::AttemptFinished;
using results::AttemptStarted;
using results::CellState;
using results::StagePlanned;
using results::StageSelected;
using results::SweepEnded;
using sweeps::FailureClass;
using worker::Assign;
using worker::Failed;
using worker::Finished;
using worker::Ready;
using worker::Stop;

template <typename Kind>
std::vector<Kind> commits_of(const Effects& effects) {
  std::vector<Kind> found;
  for (const auto& change : effects.commits) {
    if (const auto* kind = std::get_if<Kind>(&change)) found.push_back(*kind);
  }
  return found;
}

template <typename Kind>
std::vector<std::pair<int, Kind>> sends_of(const Effects& effects) {
  std::vector<std::pair<int, Kind>> found;
  for (const Outgoing& outgoing : effects.sends) {
    if (const auto* kind = std::get_if<Kind>(&outgoing.message)) found.emplace_back(outgoing.rank, *kind);
  }
  return found;
}

Assign only_assign(const Effects& effects) {
  const auto assigns = sends_of<Assign>(effects);
  EXPECT_EQ(assigns.size(), 1U);
  return assigns.empty() ? Assign{} : assigns.front().second;
}

Finished finished(const Assign& assign, double mae) {
  return {assign.assignment, finished_with(mae)};
}

TEST(Handlers, StartPlansWhatNeedsNoWinner) {
  State state = small_state();
  const Effects effects = on_start(state);
  EXPECT_EQ(lines(state, effects), (Lines{"plan search: 2 cells", "unplan final"}));
  EXPECT_EQ(state.queue.size(), 2U);
  EXPECT_FALSE(state.verdict.has_value());
}

TEST(Handlers, ReadyCommitsTheAttemptThatItSends) {
  State state = small_state();
  on_start(state);
  const Effects effects =
      on_ready(state, 5, Ready{worker::kProtocolVersion, "node1", "cuda", "", "", "H100", 4, 1});
  const Assign assign = only_assign(effects);
  EXPECT_EQ(assign.attempt, 1);
  EXPECT_EQ(assign.cell, planned_cell(state, 0, 0).id);
  EXPECT_EQ(assign.dataset_path, "data.safetensors");
  EXPECT_EQ(assign.dataset_sha256, std::string(64, 'd'));
  EXPECT_EQ(assign.members, (std::vector<worker::Member>{{5, "cuda:1"}}));
  const auto started = commits_of<AttemptStarted>(effects);
  ASSERT_EQ(started.size(), 1U);
  EXPECT_EQ(started[0].cell, assign.cell);
  EXPECT_EQ(started[0].assignment, assign.assignment);
  ASSERT_EQ(started[0].members.size(), 1U);
  EXPECT_EQ(started[0].members[0].rank, 5);
  EXPECT_EQ(started[0].members[0].host, "node1");
  EXPECT_EQ(started[0].members[0].device, "cuda:1");
  EXPECT_EQ(cell_of(state, assign.cell).state, CellState::running);
}

TEST(Handlers, CpuSweepKeepsTheGpusIdle) {
  State state = small_state();
  state.sweep.resources.device = "cpu";
  on_start(state);
  const Ready ready{worker::kProtocolVersion, "h", "cuda", "", "", "H100", 1, 0};
  EXPECT_EQ(only_assign(on_ready(state, 1, ready)).members.front().device, "cpu");
}

// The whole sweep with one worker, message by message.
TEST(Handlers, SweepRunsFromSearchToVerdict) {
  State state = small_state();
  on_start(state);
  Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  Effects effects = on_finished(state, 1, finished(assign, 1.5));
  EXPECT_TRUE(commits_of<StageSelected>(effects).empty());
  assign = only_assign(effects);
  effects = on_finished(state, 1, finished(assign, 1.2));  // alpha 0.7 wins

  const auto selected = commits_of<StageSelected>(effects);
  ASSERT_EQ(selected.size(), 1U);
  EXPECT_EQ(selected[0].stage, "search");
  EXPECT_EQ(selected[0].value, 1.2);
  EXPECT_NE(selected[0].point.find("0.7"), std::string::npos);
  const auto planned = commits_of<StagePlanned>(effects);
  ASSERT_EQ(planned.size(), 1U);
  EXPECT_EQ(planned[0].cells.size(), 4U);
  // Selection is committed before the plan that follows from it, and both before the attempt.
  EXPECT_TRUE(std::holds_alternative<AttemptFinished>(effects.commits[0]));
  EXPECT_TRUE(std::holds_alternative<StageSelected>(effects.commits[1]));
  EXPECT_TRUE(std::holds_alternative<StagePlanned>(effects.commits[2]));
  EXPECT_TRUE(std::holds_alternative<AttemptStarted>(effects.commits[3]));

  for (int i = 0; i < 4; ++i) {
    ASSERT_FALSE(state.verdict.has_value());
    effects = on_finished(state, 1, finished(only_assign(effects), 1.0));
  }
  ASSERT_TRUE(state.verdict.has_value());
  EXPECT_EQ(state.verdict->exit_code, kExitOk);
  EXPECT_EQ(commits_of<SweepEnded>(effects).size(), 1U);
  EXPECT_EQ(sends_of<Stop>(effects).size(), 1U);
  EXPECT_EQ(sends_of<Stop>(on_ready(state, 2, Ready{worker::kProtocolVersion, "late", "cpu"})).size(), 1U);
}

// The small sweep: which trainings were told to tell their representations.
Lines represented(sweeps::KeepEmbeddings keep) {
  State state = small_state();
  state.sweep.resources.keep_embeddings = keep;
  on_start(state);
  Effects effects = on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"});
  Lines told;
  for (int i = 0; i < 6; ++i) {
    const Assign assign = only_assign(effects);
    if (assign.representations) told.push_back(cell_name(state, assign.cell));
    effects = on_finished(state, 1, finished(assign, 1.0));
  }
  EXPECT_TRUE(state.verdict.has_value());
  return told;
}

TEST(Handlers, TheFirstSeedOfMissModalTellsItsRepresentations) {
  // Seed 1: without, all; seed 2: without, all.
  EXPECT_EQ(represented(sweeps::KeepEmbeddings::first), Lines{"final/1"});
  EXPECT_EQ(represented(sweeps::KeepEmbeddings::none), Lines{});
}

// The small sweep with this `keep`: what was told to write a trained model, and what was dropped of it.
Lines weights_of(sweeps::Keep keep, const std::string& work) {
  State state = small_state();
  state.sweep.resources.keep = keep;
  state.work = work;
  on_start(state);
  Effects effects = on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"});
  Lines told;
  for (const double mae : {1.5, 1.2, 1.0, 1.1, 0.9, 1.1}) {
    const Assign assign = only_assign(effects);
    const std::string name = cell_name(state, assign.cell);
    if (!assign.weights.empty()) {
      EXPECT_EQ(assign.weights, work + "/weights/" + assign.cell + ".safetensors");
      told.push_back("write " + name);
    }
    effects = on_finished(state, 1, finished(assign, mae));
    for (const std::string& cell : effects.useless_weights) told.push_back("drop " + cell_name(state, cell));
  }
  return told;
}

TEST(Handlers, TrainedModelsStayAsTheSweepFileSays) {
  // Seed 1: without, all; seed 2: without, all.
  EXPECT_EQ(weights_of(sweeps::Keep::best, "/w"), (Lines{"write final/0", "write final/1", "write final/2",
                                                         "drop final/0", "write final/3", "drop final/3"}));
  EXPECT_EQ(weights_of(sweeps::Keep::none, "/w"), Lines{});
  EXPECT_EQ(weights_of(sweeps::Keep::best, ""), Lines{});
  const Lines all = weights_of(sweeps::Keep::all, "/w");
  EXPECT_EQ(std::count_if(all.begin(), all.end(),
                          [](const std::string& line) { return line.starts_with("write"); }),
            6);
}

TEST(Handlers, SelectionNeverSeesTheTestSplit) {
  std::vector<std::string> winners;
  for (const double test_mae : {0.1, 9.0}) {
    State state = small_state();
    on_start(state);
    Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
    Finished first = finished(assign, 1.5);
    first.result.metrics[1].metrics.mae = test_mae;
    assign = only_assign(on_finished(state, 1, first));
    Finished second = finished(assign, 1.2);
    second.result.metrics[1].metrics.mae = 10 - test_mae;
    on_finished(state, 1, second);
    winners.push_back(state.stages[0].winner);
  }
  EXPECT_FALSE(winners[0].empty());
  EXPECT_EQ(winners[0], winners[1]);
}

TEST(Handlers, StaleAndForeignResultsAreRefused) {
  State state = small_state();
  on_start(state);
  const Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  Finished stale = finished(assign, 1);
  stale.assignment = 7;
  EXPECT_TRUE(on_finished(state, 1, stale).commits.empty());
  EXPECT_TRUE(on_finished(state, 2, finished(assign, 1)).commits.empty());
  EXPECT_EQ(cell_of(state, assign.cell).state, CellState::running);
  EXPECT_FALSE(on_finished(state, 1, finished(assign, 1)).commits.empty());
  EXPECT_TRUE(on_finished(state, 1, finished(assign, 1)).commits.empty());  // twice
}

TEST(Handlers, FailureIsRetriedThenParked) {
  State state = small_state();
  on_start(state);
  const Assign first = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  Effects effects = on_failed(state, 1, {first.assignment, FailureClass::run_error, "disk on fire"});
  auto failed = commits_of<AttemptFailed>(effects);
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_FALSE(failed[0].park);
  const Assign other = only_assign(effects);
  EXPECT_NE(other.cell, first.cell);  // the failed cell went to the end of the queue
  const Assign again = only_assign(on_finished(state, 1, finished(other, 1)));
  EXPECT_EQ(again.cell, first.cell);
  EXPECT_EQ(again.attempt, 2);
  effects = on_failed(state, 1, {again.assignment, FailureClass::run_error, "disk on fire"});
  failed = commits_of<AttemptFailed>(effects);
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_TRUE(failed[0].park);
  EXPECT_EQ(cell_of(state, first.cell).state, CellState::parked);
  // The parked cell blocks the selection, so the sweep ends without its second stage.
  ASSERT_TRUE(state.verdict.has_value());
  EXPECT_EQ(state.verdict->exit_code, kExitIncomplete);
  EXPECT_NE(state.verdict->text.find("final"), std::string::npos);
}

TEST(Handlers, AcceptParkedSelectsAmongTheRest) {
  State state = small_state();
  state.accept_parked = true;
  on_start(state);
  const Assign first = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  const Assign other =
      only_assign(on_failed(state, 1, {first.assignment, FailureClass::data_error, "no such file"}));
  EXPECT_EQ(cell_of(state, first.cell).state, CellState::parked);  // trying again cannot help
  const Effects effects = on_finished(state, 1, finished(other, 1));
  const auto selected = commits_of<StageSelected>(effects);
  ASSERT_EQ(selected.size(), 1U);
  EXPECT_EQ(selected[0].point, planned_point(state, 0, 1));
  EXPECT_FALSE(state.verdict.has_value());
}

TEST(Handlers, InterruptionsNeverCount) {
  State state = small_state();
  on_start(state);
  const Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  const Effects stop = on_interrupt(state);
  EXPECT_EQ(sends_of<Stop>(stop).size(), 1U);
  EXPECT_FALSE(state.verdict.has_value());  // the running attempt answers first
  const Effects effects = on_failed(state, 1, {assign.assignment, FailureClass::interrupted, "stopped"});
  EXPECT_EQ(cell_of(state, assign.cell).counted_failures, 0);
  EXPECT_EQ(cell_of(state, assign.cell).state, CellState::pending);
  ASSERT_TRUE(state.verdict.has_value());
  EXPECT_EQ(state.verdict->exit_code, kExitInterrupted);
  EXPECT_TRUE(sends_of<Stop>(effects).empty());  // it was told already
}

TEST(Handlers, AResultThatCrossesTheInterruptIsKept) {
  State state = small_state();
  on_start(state);
  const Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  on_interrupt(state);
  const Effects effects = on_finished(state, 1, finished(assign, 1));
  EXPECT_EQ(commits_of<AttemptFinished>(effects).size(), 1U);
  EXPECT_TRUE(commits_of<AttemptStarted>(effects).empty());
  EXPECT_EQ(state.verdict->exit_code, kExitInterrupted);
}

TEST(Handlers, FirstFailuresAlikeStopTheSweep) {
  State state = small_state();
  state.sweep.resources.max_attempts = 5;
  on_start(state);
  Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  for (int i = 0; i < 2; ++i) {
    assign = only_assign(on_failed(state, 1, {assign.assignment, FailureClass::bug, "the same words"}));
    ASSERT_FALSE(state.verdict.has_value());
  }
  on_failed(state, 1, {assign.assignment, FailureClass::bug, "the same words"});
  ASSERT_TRUE(state.verdict.has_value());
  EXPECT_EQ(state.verdict->exit_code, kExitTrouble);
  EXPECT_NE(state.verdict->text.find("the same words"), std::string::npos);
}

TEST(Handlers, OtherWordsBeginANewCountOfFailuresAlike) {
  State state = small_state();
  state.sweep.resources.max_attempts = 9;
  on_start(state);
  Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  for (const char* words : {"one", "two", "two"}) {
    assign = only_assign(on_failed(state, 1, {assign.assignment, FailureClass::bug, words}));
  }
  const Effects effects = on_failed(state, 1, {assign.assignment, FailureClass::bug, "two"});
  EXPECT_EQ(lines(state, effects),
            (Lines{"fail search/1 attempt 2: bug: two",
                   "end 1: stopped: the first 3 attempts all failed alike: bug: two", "-> 1: stop"}));
}

// Numbers of assignments go on where the run before ended.
TEST(Handlers, AnAssignmentIsNeverUsedTwice) {
  State state = small_state();
  state.last_assignment = 41;
  on_start(state);
  const Assign first = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  EXPECT_EQ(first.assignment, 42);
  const Assign second =
      only_assign(on_failed(state, 1, {first.assignment, FailureClass::run_error, "disk on fire"}));
  EXPECT_EQ(second.assignment, 43);
  EXPECT_TRUE(on_finished(state, 1, finished(first, 1)).commits.empty());  // late, of another attempt
}

// Two cells were parked by the failures that turn out to be the sweep's own; a third attempt is still
// running.
TEST(Handlers, StoppedByFailuresAlikeLeavesNothingParkedOrRunning) {
  State state = small_state();
  state.sweep.stages[0].parameters[0].values = {0.1, 0.2, 0.3, 0.4};
  state.sweep.resources.max_attempts = 1;
  on_start(state);
  for (const int rank : {1, 2}) on_ready(state, rank, Ready{worker::kProtocolVersion, "h", "cpu"});
  const auto fail = [&](int rank) {
    const Assignment at = assignment_of(state, rank);
    return lines(state, on_failed(state, rank, {at.id, FailureClass::bug, "oops"}));
  };
  EXPECT_EQ(fail(1),
            (Lines{"fail search/0 attempt 1: bug: oops", "start search/2 attempt 1 on rank 1 (h, cpu)",
                   "-> 1: train search/2 attempt 1 on cpu"}));
  EXPECT_EQ(fail(2),
            (Lines{"fail search/1 attempt 1: bug: oops", "start search/3 attempt 1 on rank 2 (h, cpu)",
                   "-> 2: train search/3 attempt 1 on cpu"}));
  state.workers.at(2).stopped = false;
  const auto front = state.queue.next();  // as if it had failed on both
  state.cells.set_state(front->cell, CellState::parked);
  state.alike.parked = {front->cell};
  state.queue.take(front->place);
  EXPECT_EQ(fail(1),
            (Lines{"fail search/2 attempt 1: bug: oops", "release search/0", "-> 1: stop", "-> 2: stop"}));
  EXPECT_FALSE(state.verdict);
  const Assignment last = assignment_of(state, 2);
  const Effects effects = on_failed(state, 2, {last.id, FailureClass::interrupted, "the sweep was stopped"});
  EXPECT_EQ(lines(state, effects),
            (Lines{"fail search/3 attempt 1: interrupted: the sweep was stopped",
                   "end 1: stopped: the first 3 attempts all failed alike: bug: oops"}));
  EXPECT_EQ(state.cells.planned_cells().in(CellState::pending), 4);
}

TEST(Handlers, PredictionsThatAreNoNumbersAreADivergedTrial) {
  State state = small_state();
  on_start(state);
  const Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  Finished message = finished(assign, 0.1);
  message.result.predictions.push_back({sweeps::SplitName::valid, std::vector<float>(7, 0.F)});
  message.result.predictions[0].values[3] = std::nanf("");
  const auto stored = commits_of<AttemptFinished>(on_finished(state, 1, message));
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].result.outcome, sweeps::Outcome::diverged);
  EXPECT_EQ(stored[0].result.diverged_step, 0);
  EXPECT_TRUE(stored[0].result.metrics.empty());
  EXPECT_TRUE(stored[0].result.predictions.empty());
  EXPECT_EQ(cell_of(state, assign.cell).state, CellState::diverged);
}

// Its process is a new one: what the old one worked on is lost, and is the next to be given out.
TEST(Handlers, ASecondReadyGivesTheCellBack) {
  State state = small_state();
  on_start(state);
  on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"});
  const Effects effects = on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"});
  EXPECT_EQ(lines(state, effects),
            (Lines{"fail search/0 attempt 1: lost: its rank started anew",
                   "start search/0 attempt 2 on rank 1 (h, cpu)", "-> 1: train search/0 attempt 2 on cpu"}));
  EXPECT_EQ(planned_cell(state, 0, 0).counted_failures, 0);
}

TEST(Handlers, ASearchWithoutSelectRunsToItsEnd) {
  State state = small_state();
  state.sweep.stages.pop_back();
  state.stages.pop_back();
  state.sweep.stages[0].select.reset();
  EXPECT_EQ(lines(state, on_start(state)), (Lines{"plan search: 2 cells"}));
  Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  assign = only_assign(on_finished(state, 1, finished(assign, 1)));
  EXPECT_EQ(
      lines(state, on_finished(state, 1, finished(assign, 2))),
      (Lines{"accept search/1 attempt 1", "end 0: 2 cells accepted, 0 diverged, 0 parked", "-> 1: stop"}));
}

TEST(Handlers, ADivergedPointCannotWin) {
  State state = small_state();
  on_start(state);
  Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  sweeps::TrialResult diverged;
  diverged.outcome = sweeps::Outcome::diverged;
  diverged.diverged_step = 17;
  assign = only_assign(on_finished(state, 1, {assign.assignment, diverged}));
  const auto selected = commits_of<StageSelected>(on_finished(state, 1, finished(assign, 9)));
  ASSERT_EQ(selected.size(), 1U);
  EXPECT_EQ(selected[0].value, 9);
  EXPECT_EQ(selected[0].point, planned_point(state, 0, 1));
}

TEST(Handlers, NothingRunsTwiceAndEveryRankGetsWork) {
  State state = small_state();
  on_start(state);
  std::set<std::string> cells;
  cells.insert(only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "a", "cpu"})).cell);
  cells.insert(only_assign(on_ready(state, 2, Ready{worker::kProtocolVersion, "b", "cpu"})).cell);
  EXPECT_EQ(cells.size(), 2U);
  EXPECT_TRUE(on_ready(state, 3, Ready{worker::kProtocolVersion, "c", "cpu"}).sends.empty());
}

// A restarted coordinator: what was accepted is not trained again, and its stored value takes part in the
// selection.
TEST(Handlers, AcceptedCellsAreSkipped) {
  State before = small_state();
  on_start(before);
  State state = small_state();
  const CellHandle stored = stored_cell(state, planned_cell(before, 0, 0).id, CellState::accepted, 1);
  state.stages[0].values[stored] = 0.5;
  on_start(state);
  EXPECT_EQ(state.queue.size(), 1U);
  const Assign assign = only_assign(on_ready(state, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  EXPECT_EQ(assign.cell, planned_cell(before, 0, 1).id);
  const auto selected = commits_of<StageSelected>(on_finished(state, 1, finished(assign, 1.2)));
  ASSERT_EQ(selected.size(), 1U);
  EXPECT_EQ(selected[0].value, 0.5);
}

TEST(Handlers, AFinishedSweepEndsAtOnce) {
  State first = small_state();
  on_start(first);
  Assign assign = only_assign(on_ready(first, 1, Ready{worker::kProtocolVersion, "h", "cpu"}));
  while (!first.verdict) {
    const Effects effects = on_finished(first, 1, finished(assign, 1));
    if (!first.verdict) assign = only_assign(effects);
  }
  State again = small_state();
  for (std::size_t stage = 0; stage < 2; ++stage) {
    for (std::size_t i = 0; i < first.stages[stage].cells.size(); ++i) {
      const Cell& cell = planned_cell(first, stage, i);
      stored_cell(again, cell.id, cell.state, cell.attempts);
    }
  }
  again.stages[0].winner = first.stages[0].winner;
  const Effects effects = on_start(again);
  ASSERT_TRUE(again.verdict.has_value());
  EXPECT_EQ(again.verdict->exit_code, kExitOk);
  EXPECT_TRUE(commits_of<StageSelected>(effects).empty());  // the stored winner stays
  EXPECT_TRUE(effects.sends.empty());
}

}  // namespace
}  // namespace missmodal::coordinator
