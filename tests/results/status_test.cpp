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

}  // namespace
}  // namespace missmodal::results
