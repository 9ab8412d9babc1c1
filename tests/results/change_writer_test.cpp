// What commit() refuses, and that nothing of a refused transaction stays.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "results/store.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using Changes = std::vector<Change>;
using testing::HasSubstr;

std::string refusal(Store& store, const Changes& changes) {
  try {
    store.commit(changes);
  } catch (const RunError& error) {
    return error.what();
  }
  return "accepted";
}

class ChangeWriter : public testing::Test {
 protected:
  ChangeWriter() { store_.commit(Changes{StagePlanned{"final", {cell_}}}); }

  std::filesystem::path file_ = scratch_folder() / "a.db";
  sweeps::PlannedCell cell_ = planned_cell({}, "final", 0);
  Store store_ = open_store(file_);
};

TEST_F(ChangeWriter, RefusesAResultOfACellThatDoesNotRun) {
  EXPECT_THAT(refusal(store_, {AttemptFinished{cell_.id, 1, trial_result({})}}),
              HasSubstr("not the attempt that runs"));
  EXPECT_EQ(count(file_, "SELECT count(*) FROM metrics"), 0);
}

TEST_F(ChangeWriter, RefusesALateResultOfASupersededAttempt) {
  store_.commit(Changes{started(cell_.id, 1, {1, "host", "cpu"})});
  store_.commit(Changes{AttemptFailed{cell_.id, 1, FailureClass::lost, "no beat", false}});
  store_.commit(Changes{started(cell_.id, 2, {2, "host", "cpu"})});
  EXPECT_THAT(refusal(store_, {AttemptFinished{cell_.id, 1, trial_result({})}}),
              HasSubstr("attempt 1: its result is refused"));
  EXPECT_EQ(text(file_, "SELECT state FROM cells"), "running");
  store_.commit(Changes{AttemptFinished{cell_.id, 2, trial_result({})}});
  EXPECT_EQ(count(file_, "SELECT accepted_attempt FROM cells"), 2);
}

TEST_F(ChangeWriter, StoresRepresentationsWithTheResult) {
  sweeps::TrialResult result = trial_result({});
  const std::vector<float> values{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, -0.5F};
  result.representations = {{sweeps::Moment::before, {3}, 2, values},
                            {sweeps::Moment::after, {0, 7}, 1, values}};
  const Changes late{AttemptFinished{cell_.id, 2, result}};
  EXPECT_THAT(refusal(store_, late), HasSubstr("not the attempt that runs"));
  EXPECT_EQ(count(file_, "SELECT count(*) FROM embeddings"), 0);
  accept(store_, cell_.id, result);
  EXPECT_EQ(text(file_,
                 "SELECT group_concat(moment || ' ' || split || ' ' || positions || ' ' || width, ', ') "
                 "FROM (SELECT * FROM embeddings ORDER BY moment DESC)"),
            "before test [3] 2, after test [0,7] 1");
  const std::string bytes = text(file_, "SELECT matrix FROM embeddings WHERE moment = 'after'");
  ASSERT_EQ(bytes.size(), 56U);
  EXPECT_EQ(std::memcmp(bytes.data(), values.data(), bytes.size()), 0);
}

TEST_F(ChangeWriter, RefusesASecondResult) {
  accept(store_, cell_.id, trial_result({}));
  EXPECT_THAT(refusal(store_, {AttemptFinished{cell_.id, 1, trial_result({})}}), HasSubstr("refused"));
  EXPECT_THAT(refusal(store_, {started(cell_.id, 2, {1, "host", "cpu"})}), HasSubstr("does not wait"));
  EXPECT_EQ(count(file_, "SELECT count(*) FROM metrics"), 310);
}

TEST_F(ChangeWriter, RefusesTheFailureOfAnAttemptThatDoesNotRun) {
  accept(store_, cell_.id, trial_result({}));
  EXPECT_THAT(refusal(store_, {AttemptFailed{cell_.id, 1, FailureClass::bug, "oops", true}}),
              HasSubstr("failure is refused"));
  EXPECT_EQ(text(file_, "SELECT state FROM cells"), "accepted");
}

TEST_F(ChangeWriter, ReleasesParkedCellsOnly) {
  store_.commit(Changes{started(cell_.id, 1, {1, "host", "cpu"})});
  store_.commit(Changes{AttemptFailed{cell_.id, 1, FailureClass::bug, "oops", true}});
  store_.commit(Changes{CellsReleased{{cell_.id}}});
  EXPECT_EQ(text(file_, "SELECT state FROM cells"), "pending");
  accept(store_, cell_.id, trial_result({}), 2);
  store_.commit(Changes{CellsReleased{{cell_.id}}});
  EXPECT_EQ(text(file_, "SELECT state FROM cells"), "accepted");
}

sweeps::EpochRecord epoch_record(int epoch, double valid_mae) {
  return {epoch, {{"total", 1.5}}, valid_mae, 0.25, epoch == 1, 2};
}

// What runs can be looked at; nothing of it is left once there is a result.
TEST_F(ChangeWriter, KeepsTheCurveOfWhatRuns) {
  store_.commit(Changes{started(cell_.id, 1, {1, "host", "cpu"})});
  store_.commit(Changes{AttemptProgressed{cell_.id, 1, {epoch_record(1, 0.9), epoch_record(2, 0.8)}}});
  store_.commit(Changes{AttemptProgressed{cell_.id, 1, {epoch_record(3, 0.7)}}});
  EXPECT_EQ(text(file_, "SELECT group_concat(epoch || ' ' || valid_mae, ', ') FROM progress"),
            "1 0.9, 2 0.8, 3 0.7");
  store_.commit(Changes{AttemptFailed{cell_.id, 1, FailureClass::lost, "no beat", false}});
  EXPECT_EQ(count(file_, "SELECT count(*) FROM progress"), 3);  // what was seen of it
  store_.commit(Changes{started(cell_.id, 2, {2, "host", "cpu"})});
  store_.commit(Changes{AttemptProgressed{cell_.id, 2, {epoch_record(1, 0.6)}}});
  EXPECT_EQ(
      text(file_, "SELECT group_concat(attempt || ' ' || epoch || ' ' || valid_mae, ', ') FROM progress"),
      "2 1 0.6");
  store_.commit(Changes{AttemptFinished{cell_.id, 2, trial_result({})}});
  EXPECT_EQ(count(file_, "SELECT count(*) FROM progress"), 0);
  EXPECT_EQ(count(file_, "SELECT count(*) FROM epochs"), 2);
}

TEST_F(ChangeWriter, WritesNoCurveOfWhatHasEnded) {
  store_.commit(Changes{started(cell_.id, 1, {1, "host", "cpu"})});
  store_.commit(Changes{AttemptFailed{cell_.id, 1, FailureClass::lost, "no beat", false}});
  store_.commit(Changes{AttemptProgressed{cell_.id, 1, {epoch_record(1, 0.9)}}});
  EXPECT_EQ(count(file_, "SELECT count(*) FROM progress"), 0);
}

TEST_F(ChangeWriter, KeepsTheWorkersOfTheRunThatGoesOn) {
  store_.commit(Changes{started(cell_.id, 1, {1, "host", "cpu"})});
  WorkerRow training{1, "node1", "cpu", "EPYC", WorkerCondition::training, "", cell_.id, 1, 42, 1000, 1.5, 0};
  WorkerRow lost{2, "node2", "cuda", "H100", WorkerCondition::lost, "no beat"};
  store_.commit(Changes{WorkersSeen{{training, lost}}});
  EXPECT_EQ(text(file_,
                 "SELECT rank || host || state || attempt || ' ' || batches || ' ' || memory_bytes || ' ' || "
                 "processors "
                 "FROM workers WHERE cell IS NOT NULL"),
            "1node1training1 42 1000 1.5");
  EXPECT_EQ(
      text(file_, "SELECT rank || state || reason FROM workers WHERE cell IS NULL AND processors IS NULL"),
      "2lostno beat");
  training.condition = WorkerCondition::idle;
  store_.commit(Changes{WorkersSeen{{training}}});
  EXPECT_EQ(count(file_, "SELECT count(*) FROM workers"), 1);
  store_.commit(Changes{SweepEnded{4, "interrupted"}});
  EXPECT_EQ(count(file_, "SELECT count(*) FROM workers"), 0);
}

TEST_F(ChangeWriter, RefusesTwoRunningAttempts) {
  store_.commit(Changes{started(cell_.id, 1, {1, "host", "cpu"})});
  EXPECT_THAT(refusal(store_, {started(cell_.id, 2, {2, "host", "cpu"})}), HasSubstr("does not wait"));
}

TEST_F(ChangeWriter, RefusesAnAssignmentThatWasUsedBefore) {
  AttemptStarted first = started(cell_.id, 1, {1, "host", "cpu"});
  store_.commit(Changes{first, AttemptFailed{cell_.id, 1, FailureClass::lost, "no beat", false}});
  first.attempt = 2;
  EXPECT_THAT(refusal(store_, {first}), HasSubstr("UNIQUE"));
}

TEST_F(ChangeWriter, KeepsEveryMemberOfAGang) {
  AttemptStarted gang = started(cell_.id, 1, {3, "node1", "cuda:0", "H100", "2.6"}, 2);
  gang.members.push_back({7, "node2", "cuda:1", "A100", "2.6"});
  store_.commit(Changes{gang});
  EXPECT_EQ(text(file_,
                 "SELECT assignment || ' ' || rank || host || device || processor || libtorch FROM attempts"),
            std::to_string(gang.assignment) + " 3node1cuda:0H1002.6");
  EXPECT_EQ(text(file_,
                 "SELECT group_concat(place || '=' || rank || host || device || processor || libtorch, ' ') "
                 "FROM (SELECT * FROM attempt_members ORDER BY place)"),
            "0=3node1cuda:0H1002.6 1=7node2cuda:1A1002.6");
  EXPECT_EQ(store_.last_assignment(), gang.assignment);
}

TEST_F(ChangeWriter, RefusesAnUnknownCellAndStage) {
  EXPECT_THAT(refusal(store_, {started(std::string(64, '0'), 1, {1, "host", "cpu"})}),
              HasSubstr("does not wait"));
  EXPECT_THAT(refusal(store_, {StagePlanned{"finale", {}}}), HasSubstr("finale"));
  EXPECT_THAT(refusal(store_, {StageSelected{"finale", "{}", 0}}), HasSubstr("finale"));
}

TEST_F(ChangeWriter, LeavesNothingOfATransactionThatFailsInTheMiddle) {
  store_.commit(Changes{started(cell_.id, 1, {1, "host", "cpu"})});
  auto result = trial_result({});
  result.metrics.push_back(result.metrics.front());  // the same key twice, after 310 good rows
  const std::string reason = refusal(store_, {AttemptFinished{cell_.id, 1, result}});
  EXPECT_THAT(reason, HasSubstr(file_.string() + ": commit: "));
  EXPECT_THAT(reason, HasSubstr("UNIQUE"));
  for (const std::string table : {"metrics", "epochs", "predictions"}) {
    EXPECT_EQ(count(file_, "SELECT count(*) FROM " + table), 0) << table;
  }
  EXPECT_EQ(text(file_, "SELECT state FROM cells"), "running");
  store_.commit(Changes{AttemptFinished{cell_.id, 1, trial_result({})}});  // and the statements still work
  EXPECT_EQ(count(file_, "SELECT count(*) FROM metrics"), 310);
}

TEST_F(ChangeWriter, RefusesPredictionsThatAreNoMatrixRows) {
  auto result = trial_result({});
  result.predictions[0].values.pop_back();
  store_.commit(Changes{started(cell_.id, 1, {1, "host", "cpu"})});
  EXPECT_DEATH(store_.commit(Changes{AttemptFinished{cell_.id, 1, result}}), "kSubsetCount");
}

TEST_F(ChangeWriter, KeepsWhatADivergedTrialHas) {
  sweeps::TrialResult diverged;
  diverged.outcome = sweeps::Outcome::diverged;
  diverged.diverged_step = 17;
  diverged.epochs = {{1, {{"total", std::numeric_limits<double>::infinity()}}, 2.0, std::nullopt, true, 0.5}};
  accept(store_, cell_.id, diverged);
  EXPECT_EQ(text(file_, "SELECT state || diverged_step FROM cells"), "diverged17");
  EXPECT_EQ(text(file_, "SELECT losses FROM epochs"), R"({"total":null})");
  EXPECT_EQ(store_.cells().front().state, CellState::diverged);
}

TEST_F(ChangeWriter, StoresWhatIsNotANumberAsNull) {
  auto result = trial_result({});
  result.metrics.front().metrics.mae = std::numeric_limits<double>::quiet_NaN();
  result.metrics.front().metrics.acc7 = std::numeric_limits<double>::infinity();
  accept(store_, cell_.id, result);
  EXPECT_EQ(count(file_, "SELECT count(*) FROM metrics WHERE mae IS NULL AND acc7 IS NULL"), 1);
}

}  // namespace
}  // namespace missmodal::results
