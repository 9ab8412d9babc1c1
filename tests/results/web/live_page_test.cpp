#include "results/web/live_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "results/lease.h"
#include "results/report.h"
#include "results/web/facts.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"
#include "tests/results/web/client.h"

namespace missmodal::results::web {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Facts, CellsAreThePlansPlaces) {
  const auto file = fabricate(scratch_folder() / "sweep.db");
  const auto cells = read_cells(file);
  EXPECT_EQ(static_cast<std::int64_t>(cells.size()), count(file, "SELECT count(*) FROM stage_cells"));
  int parked = 0;
  for (const CellLine& line : cells) {
    const json cell = json::parse(line.json);
    EXPECT_EQ(cell["stage"], line.stage);
    EXPECT_EQ(cell["state"], line.state);
    if (line.state != "parked") continue;
    ++parked;
    EXPECT_FALSE(cell["message"].get<std::string>().empty());
  }
  EXPECT_EQ(
      parked,
      count(file, "SELECT count(*) FROM stage_cells p JOIN cells c ON c.id = p.cell WHERE state = 'parked'"));
}

TEST(Facts, ACellHasItsStoryAndItsCurve) {
  const auto file = fabricate(scratch_folder() / "sweep.db");
  const std::string id = text(file, "SELECT id FROM cells WHERE state = 'accepted' LIMIT 1");
  const json cell = json::parse(*read_cell(file, id.substr(0, 12)));
  EXPECT_EQ(cell["cell"], id);
  ASSERT_EQ(cell["curve"].size(), 2U);
  EXPECT_EQ(cell["curve"][1]["epoch"], 2);
  EXPECT_TRUE(cell["curve"][1]["losses"].is_object());
  EXPECT_THROW(read_cell(file, "fffffffff"), InputError);
}

TEST(Facts, ASearchsPointsAreTheMeansOfTheirTrials) {
  const auto file = fabricate(scratch_folder() / "sweep.db");
  const NamedBytes searches = read_searches(file);
  ASSERT_EQ(searches.size(), 1U);
  const json search = json::parse(*searches.at("search"));
  EXPECT_EQ(search["metric"], "mae");
  int trials = 0;
  for (const json& point : search["points"]) {
    trials += point["trials"].get<int>();
    EXPECT_TRUE(point["mean"].is_number());
  }
  EXPECT_EQ(trials, count(file, "SELECT count(*) FROM stage_cells WHERE stage = 'search'"));
}

TEST(Facts, TablesHoldTheReportsNumbers) {
  const auto file = fabricate(scratch_folder() / "sweep.db");
  const Exhibits exhibits = read_exhibits(file);
  const json table = json::parse(*exhibits.tables.at("table1"));
  EXPECT_EQ(table["rows"], json::parse(format_json(report(Exhibit::table1, {file}))));
  EXPECT_EQ(table["sheet"]["rows"][0]["cells"].size(), table["sheet"]["columns"].size());
  const json curves = json::parse(*exhibits.curves);
  EXPECT_EQ(curves["curves"][0]["name"], "figure3");
  EXPECT_EQ(curves["strokes"]["MissModal"]["colour"], "#0072b2");
  EXPECT_EQ(json::parse(*exhibits.tables.at(""))[0]["name"], "table1");
}

TEST(Facts, TheMarkChangesWithTheTables) {
  const auto file = fabricate(scratch_folder() / "sweep.db");
  const std::string mark = read_progress_mark(file);
  EXPECT_EQ(mark, read_progress_mark(file));
  run_shell("sqlite3 " + file.string() + " \"UPDATE stages SET planned = planned + 1 WHERE name = 'final'\"");
  EXPECT_NE(mark, read_progress_mark(file));
}

class LivePageTest : public testing::Test {
 protected:
  std::filesystem::path file_ = fabricate(scratch_folder() / "sweep.db");
  LivePage page_{{.database = file_,
                  .address = {"127.0.0.1", 0},
                  .place = "--web",
                  .version = "0.1.0",
                  .tell = [](const std::string&) {}}};

  void SetUp() override { page_.begin(); }

  static bool is_read(const std::string& response) { return response.starts_with("HTTP/1.1 200 "); }
  json read(const std::string& target) {
    return json::parse(body_of(get_until(page_.url(), target, is_read)));
  }
};

TEST_F(LivePageTest, ShowsWhatTheDatabaseHolds) {
  EXPECT_EQ(read("/api/status"), json::parse(status_json(read_status(file_))));
  EXPECT_EQ(read("/api/tables/table5")["rows"], json::parse(format_json(report(Exhibit::table5, {file_}))));
  EXPECT_EQ(read("/api/cells?limit=1")["total"], count(file_, "SELECT count(*) FROM stage_cells"));
}

TEST_F(LivePageTest, FollowsTheDatabase) {
  EXPECT_EQ(read("/api/status")["verdict"], text(file_, "SELECT verdict FROM verdict"));
  const Finished update = run_shell("sqlite3 -cmd '.timeout 10000' " + file_.string() +
                                    " \"UPDATE verdict SET verdict = 'changed'\"");
  ASSERT_EQ(update.exit_code, 0) << update.output;
  EXPECT_THAT(
      get_until(page_.url(), "/api/status",
                [](const std::string& response) { return response.find("changed") != std::string::npos; }),
      HasSubstr("changed"));
}

// A process that is killed writes nothing any more.
TEST_F(LivePageTest, SeesWhoWrites) {
  const auto writer = [](const std::string& response) {
    return response.starts_with("HTTP/1.1 200 ") ? json::parse(body_of(response))["writer"]
                                                 : json(false);  // not read yet
  };
  auto lease = std::make_unique<Lease>(file_);
  const auto held = get_until(page_.url(), "/api/status",
                              [&](const auto& response) { return writer(response).is_string(); });
  EXPECT_EQ(writer(held), lease_holder(file_).value());
  lease.reset();
  EXPECT_TRUE(writer(get_until(page_.url(), "/api/status", [&](const auto& response) {
                return writer(response).is_null();
              })).is_null());
}

}  // namespace
}  // namespace missmodal::results::web
