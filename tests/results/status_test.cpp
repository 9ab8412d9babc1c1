#include "results/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::AnyOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(Status, CountsCellsPerStageAndState) {
  const Status status = read_status(fabricate(scratch_folder() / "a.db"));
  EXPECT_EQ(status.sweep, "mosi");
  ASSERT_EQ(status.stages.size(), 3U);
  EXPECT_EQ(status.stages[0].name, "search");
  EXPECT_EQ(status.stages[0].selected_point, R"({"loss.alpha":0.5})");
  EXPECT_EQ(status.stages[0].selected_value, 0.45);
  EXPECT_EQ(status.stages[2].planned, 24);
  EXPECT_EQ(status.stages[2].states.at("accepted"), 23);
  EXPECT_EQ(status.stages[2].states.at("parked"), 1);
  EXPECT_EQ(status.cells.at("accepted"), 25);
  EXPECT_EQ(status.attempts, 27);
  EXPECT_EQ(status.runs, 1);
  EXPECT_GE(status.elapsed_seconds, 0);
  EXPECT_EQ(exit_code(status), 3);
  EXPECT_EQ(status.verdict, "1 cell was parked");
}

TEST(Status, ShowsTheLastErrorOfACell) {
  const Status status = read_status(fabricate(scratch_folder() / "a.db"));
  ASSERT_EQ(status.failures.size(), 1U);
  EXPECT_EQ(status.failures[0].attempt, 2);
  EXPECT_EQ(status.failures[0].failure, "run_error");
  EXPECT_THAT(status_text(status), HasSubstr("attempt 2: run_error: disk quota exceeded"));
}

TEST(Status, SaysOnceHowToLookIntoAFailure) {
  const auto file = scratch_folder() / "a.db";
  const auto one = planned_cell({.seed = 1}, "final", 0);
  const auto other = planned_cell({.seed = 2}, "final", 1);
  Store store = open_store(file);
  store.commit(std::vector<Change>{StagePlanned{"final", {one, other}}});
  EXPECT_THAT(status_text(read_status(file)), Not(HasSubstr("explain")));
  for (const std::string& cell : {one.id, other.id}) {
    store.commit(std::vector<Change>{started(cell, 1, {1, "host", "cpu"}),
                                     AttemptFailed{cell, 1, FailureClass::run_error, "no data", false}});
  }
  const std::string text = status_text(read_status(file));
  const std::size_t hint = text.find("missmodal-report explain ");
  ASSERT_NE(hint, std::string::npos) << text;
  EXPECT_EQ(text.find("missmodal-report explain ", hint + 1), std::string::npos) << text;
  const std::string named = text.substr(hint, text.find('\n', hint) - hint);
  EXPECT_THAT(named, AnyOf(HasSubstr(one.id.substr(0, 12)), HasSubstr(other.id.substr(0, 12))));
  EXPECT_THAT(named, EndsWith(" " + file.string()));
}

TEST(Status, OfARunThatGoesOnNamesTheWriter) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const Store store = open_store(file);
  const Status status = read_status(file);
  EXPECT_EQ(status.exit_code, std::nullopt);
  EXPECT_EQ(exit_code(status), 4);
  ASSERT_TRUE(status.writer.has_value());
  EXPECT_THAT(status_text(status), HasSubstr("running, by " + *status.writer));
}

TEST(Status, OfAKilledRunSaysSo) {
  const auto file = fabricate(scratch_folder() / "a.db");
  { const Store store = open_store(file); }
  const Status status = read_status(file);
  EXPECT_EQ(exit_code(status), 4);
  EXPECT_THAT(status_text(status), HasSubstr("ended without a verdict; the same command goes on"));
}

TEST(Status, AsJson) {
  const auto json = nlohmann::json::parse(status_json(read_status(fabricate(scratch_folder() / "a.db"))));
  EXPECT_EQ(json["stages"][2]["parked"], 1);
  EXPECT_EQ(json["stages"][0]["selected_point"]["loss.alpha"], 0.5);
  EXPECT_TRUE(json["stages"][1]["selected_value"].is_null());
  EXPECT_EQ(json["cells"]["accepted"], 25);
  EXPECT_EQ(json["failures"][0]["message"], "disk quota exceeded");
  EXPECT_EQ(json["exit_code"], 3);
  EXPECT_EQ(json["synthetic"], false);
  EXPECT_TRUE(json["writer"].is_null());
}

TEST(Status, SaysHowManyRanksTrain) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  const auto cell = planned_cell({}, "final", 0);
  AttemptStarted gang = started(cell.id, 1, {1, "h", "cpu"});
  gang.members.push_back({2, "h", "cpu"});
  store.commit(std::vector<Change>{StagePlanned{"final", {cell}}, gang});
  const Status status = read_status(file);
  EXPECT_EQ(status.running, 1);
  EXPECT_EQ(status.running_ranks, 2);
  EXPECT_THAT(status_text(status), HasSubstr("1 attempts (1 running on 2 ranks), 1 runs"));
  EXPECT_EQ(nlohmann::json::parse(status_json(status)).at("running_ranks"), 2);
}

// A search of three points, one done, one running; then a stage that waits.
class StatusOfASweepThatRuns : public testing::Test {
 protected:
  StatusOfASweepThatRuns() {
    store_.commit(std::vector<Change>{StagePlanned{"search", {done_, runs_, waits_}}});
    accept(store_, done_.id, trial_result({.seed = 1111}));
    AttemptStarted gang = started(runs_.id, 1, {1, "node1", "cuda:0"});
    gang.members.push_back({2, "node1", "cuda:1"});
    store_.commit(std::vector<Change>{gang});
  }
  void tell() {
    AttemptProgressed curve{runs_.id, 1, {}};
    curve.epochs.push_back({1, {{"total", 2.0}}, 0.75, 0.5, true, 3});
    curve.epochs.push_back({2, {{"total", 1.5}}, 0.80, 0.4, false, 3});
    WorkersSeen seen;
    seen.workers.push_back(
        {1, "node1", "cuda:0", "H100", WorkerCondition::training, "", runs_.id, 1, 40, 1 << 30, 1.25, 1});
    seen.workers.push_back({2, "node1", "cuda:1", "H100", WorkerCondition::training, "", runs_.id, 1, 40});
    seen.workers.push_back(
        {3, "node2", "cuda", "H100", WorkerCondition::lost, "it gave no sign of life for 6 s"});
    store_.commit(std::vector<Change>{curve, seen});
  }

  std::filesystem::path file_ = scratch_folder() / "a.db";
  sweeps::PlannedCell done_ = planned_cell({.seed = 1111}, "search", 0);
  sweeps::PlannedCell runs_ = planned_cell({.seed = 1112}, "search", 1);
  sweeps::PlannedCell waits_ = planned_cell({.seed = 1113}, "search", 2);
  Store store_ = open_store(file_);
};

TEST_F(StatusOfASweepThatRuns, ShowsWhatRunsAndHowFar) {
  EXPECT_THAT(status_text(read_status(file_)),
              HasSubstr(": search: in its first epoch; node1 cuda:0, ranks 1, 2, for"));
  tell();
  const Status status = read_status(file_);
  ASSERT_EQ(status.running_cells.size(), 1U);
  const RunningCell& cell = status.running_cells[0];
  EXPECT_EQ(cell.cell, runs_.id);
  EXPECT_EQ(cell.ranks, (std::vector<int>{1, 2}));
  ASSERT_TRUE(cell.last.has_value());
  EXPECT_EQ(cell.last->epoch, 2);
  EXPECT_EQ(cell.last->losses.at("total"), 1.5);
  EXPECT_EQ(cell.best_epoch, 1);
  EXPECT_THAT(status_text(status), HasSubstr("epoch 2, validation MAE 0.8000 (best 0.7500, epoch 1)"));
}

TEST_F(StatusOfASweepThatRuns, ShowsWhatTheWorkersDo) {
  tell();
  const Status status = read_status(file_);
  ASSERT_EQ(status.workers.size(), 3U);
  EXPECT_EQ(status.workers[0].memory_bytes, 1 << 30);
  EXPECT_EQ(status.workers[0].processors, 1.25);
  EXPECT_GE(status.workers[0].unheard_seconds, 1);
  EXPECT_EQ(status.workers[1].memory_bytes, std::nullopt);
  EXPECT_THAT(status_text(status), HasSubstr("workers: 1 lost, 2 training; the last beat at most"));
  EXPECT_THAT(status_text(status), HasSubstr("worker 3 on node2: lost: it gave no sign of life for 6 s"));
}

// Half of the running cell, the waiting one, and the other stages' 3 + 24 cells.
TEST_F(StatusOfASweepThatRuns, SaysHowLongItStillTakes) {
  const Status status = read_status(file_);
  ASSERT_TRUE(status.remaining.has_value());
  const sweeps::TrialResult one = trial_result({.seed = 1111});
  const int left = status.stages[0].planned - 3 + status.stages[1].planned + status.stages[2].planned;
  EXPECT_NEAR(status.remaining->seconds,
              (1.5 + std::max(0, left)) * (one.train_seconds + one.evaluate_seconds), 1e-6);
  EXPECT_THAT(status_text(status), HasSubstr("; about "));
}

TEST_F(StatusOfASweepThatRuns, NamesTheBestPointSoFar) {
  const Status status = read_status(file_);
  ASSERT_EQ(status.best.size(), 1U);
  EXPECT_EQ(status.best[0].stage, "search");
  EXPECT_DOUBLE_EQ(status.best[0].valid_mae, 0.45);
  EXPECT_THAT(status_text(status), HasSubstr("search: best so far {} (validation MAE 0.4500)"));
}

TEST_F(StatusOfASweepThatRuns, AsJson) {
  tell();
  const auto json = nlohmann::json::parse(status_json(read_status(file_)));
  EXPECT_EQ(json["running_cells"][0]["epoch"], 2);
  EXPECT_EQ(json["running_cells"][0]["best_valid_mae"], 0.75);
  EXPECT_EQ(json["running_cells"][0]["ranks"], (std::vector<int>{1, 2}));
  EXPECT_EQ(json["workers"][2]["state"], "lost");
  EXPECT_TRUE(json["workers"][2]["cell"].is_null());
  EXPECT_EQ(json["best"][0]["stage"], "search");
  EXPECT_GT(json["remaining"]["high"], json["remaining"]["low"]);
  const std::string line = status_json(read_status(file_), -1);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

// What a dead coordinator left marked as running runs no more.
TEST_F(StatusOfASweepThatRuns, ShowsNothingThatRunsOnceNobodyWrites) {
  tell();
  { const Store moved = std::move(store_); }
  const Status status = read_status(file_);
  EXPECT_TRUE(status.running_cells.empty());
  EXPECT_TRUE(status.workers.empty());
  EXPECT_FALSE(status.remaining.has_value());
}

}  // namespace
}  // namespace missmodal::results
