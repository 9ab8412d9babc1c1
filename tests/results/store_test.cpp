#include "results/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "results/database.h"
#include "results/diff.h"
#include "results/report.h"
#include "results/status.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using Changes = std::vector<Change>;

TEST(Store, KeepsEverythingOfAResult) {
  const auto file = scratch_folder() / "a.db";
  const auto cell = planned_cell({}, "final", 0);
  auto result = trial_result({});
  result.predictions[1].values[9] = -1.25F;
  Store store = open_store(file);
  store.commit(Changes{StagePlanned{"final", {cell}}});
  accept(store, cell.id, result);

  EXPECT_EQ(count(file, "SELECT count(*) FROM metrics"), 310);
  EXPECT_EQ(count(file, "SELECT count(*) FROM epochs"), 2);
  EXPECT_EQ(text(file, "SELECT losses FROM epochs WHERE epoch = 1"), R"({"task":1.5,"total":2.25})");
  EXPECT_EQ(count(file, "SELECT count(*) FROM epochs WHERE valid_corr IS NULL AND epoch = 2"), 1);
  EXPECT_EQ(text(file, "SELECT state || accepted_attempt || best_epoch FROM cells"), "accepted11");
  EXPECT_EQ(text(file, "SELECT state || rank || host || device FROM attempts"), "accepted1hostcpu");
  EXPECT_EQ(
      text(file,
           "SELECT train_seconds || ' ' || evaluate_seconds || ' ' || peak_memory_bytes || ' ' || parameters "
           "FROM attempts WHERE ended_unix >= started_unix"),
      "12.5 0.25 4096 1000");
  EXPECT_EQ(count(file, "SELECT count(*) FROM utterances"), 16);
  EXPECT_EQ(count(file,
                  "SELECT count(*) FROM metrics WHERE kind = 'expected' AND (corr IS NOT NULL OR f1_has0 IS "
                  "NOT NULL)"),
            0);
  // Row 1 (T), utterance 1 of the test matrix, as any language would read it.
  SQLite::Database database(file.string());
  SQLite::Statement select(database, "SELECT matrix FROM predictions WHERE split = 'test'");
  ASSERT_TRUE(select.executeStep());
  float value = 0;
  std::memcpy(&value, static_cast<const char*>(select.getColumn(0).getBlob()) + 4 * (8 + 1), 4);
  EXPECT_EQ(value, -1.25F);
}

// What somebody said is printed on terminals and pages: one line without control characters, of bounded
// length.
TEST(Store, KeepsTranscriptsAsPlainLines) {
  const auto file = scratch_folder() / "a.db";
  std::vector<SplitRecord> spoken = splits();
  spoken[1].transcripts = {"good", "a\nb\x1b[31m", "", std::string(3000, 'x'), "\xff", "é", "g", "h"};
  { const Store store(file, provenance(), stages(), spoken); }
  EXPECT_EQ(count(file, "SELECT count(*) FROM utterances WHERE split = 'valid' AND transcript IS NOT NULL"),
            0);
  EXPECT_EQ(text(file,
                 "SELECT group_concat(coalesce(substr(transcript, 1, 8), 'none'), ',') FROM utterances WHERE "
                 "split = 'test'"),
            "good,a b [31m,none,xxxxxxxx,\xEF\xBF\xBD,é,g,h");
  EXPECT_EQ(count(file, "SELECT max(length(transcript)) FROM utterances"), 2000);
}

TEST(Store, GoesOnWhereItEnded) {
  const auto file = scratch_folder() / "a.db";
  const auto done = planned_cell({.seed = 1}, "final", 0);
  const auto running = planned_cell({.seed = 2}, "final", 1);
  const auto failed = planned_cell({.seed = 3}, "final", 2);
  {
    Store store = open_store(file);
    store.commit(Changes{StagePlanned{"final", {done, running, failed}}});
    accept(store, done.id, trial_result({}));
    store.commit(Changes{started(running.id, 1, {1, "host", "cpu"})});
    store.commit(Changes{started(failed.id, 1, {1, "host", "cpu"})});
    store.commit(Changes{AttemptFailed{failed.id, 1, FailureClass::bug, "oops", true}});
  }
  Store store = open_store(file);
  const auto cells = store.cells();
  ASSERT_EQ(cells.size(), 3U);
  const auto find = [&](const std::string& id) {
    return *std::find_if(cells.begin(), cells.end(), [&](const CellRecord& one) { return one.id == id; });
  };
  EXPECT_EQ(find(done.id).state, CellState::accepted);
  EXPECT_EQ(find(running.id).state, CellState::pending);
  EXPECT_EQ(find(running.id).attempts, 1);
  EXPECT_EQ(find(running.id).counted_failures, 0);
  EXPECT_EQ(find(failed.id).state, CellState::parked);
  EXPECT_EQ(find(failed.id).counted_failures, 1);
  EXPECT_EQ(count(file, "SELECT count(*) FROM provenance"), 2);
  // What was running is given out again, as the next attempt.
  accept(store, running.id, trial_result({}), 2);
  EXPECT_EQ(
      text(file, "SELECT group_concat(state || coalesce(failure, ''), ' ') FROM attempts WHERE cell = '" +
                     running.id + "'"),
      "failedinterrupted accepted");
}

TEST(Store, CountsOnlyAttemptsThatGotNoFurther) {
  const auto file = scratch_folder() / "a.db";
  const auto cell = planned_cell({.seed = 1}, "final", 0);
  int attempt = 0;
  {
    Store store = open_store(file);
    store.commit(Changes{StagePlanned{"final", {cell}}});
    const auto fail = [&](FailureClass failure, bool saved) {
      store.commit(Changes{started(cell.id, ++attempt, {1, "host", "cpu"})});
      store.commit(Changes{AttemptResumed{cell.id, attempt, {attempt, 10 * attempt}}});
      if (saved) store.commit(Changes{AttemptSaved{cell.id, attempt, {attempt + 1, 10 * attempt + 7}}});
      store.commit(Changes{AttemptFailed{cell.id, attempt, failure, "why", false}});
    };
    fail(FailureClass::lost, false);
    fail(FailureClass::crashed, true);
    for (int i = 0; i < 2; ++i) fail(FailureClass::crashed, false);
    for (int i = 0; i < 3; ++i) fail(FailureClass::lost, false);
    fail(FailureClass::hung, false);
  }
  const Store store = open_store(file);
  const CellRecord record = store.cells().at(0);
  EXPECT_EQ(record.attempts, 8);
  EXPECT_EQ(record.counted_failures, 3);
  EXPECT_EQ(record.fruitless_losses, 3) << "those after the checkpoint";
  EXPECT_EQ(text(file,
                 "SELECT resumed_epoch || ' ' || resumed_step || ' ' || checkpoint_epoch || ' ' || "
                 "checkpoint_step FROM attempts WHERE attempt = 2"),
            "2 20 3 27");
}

TEST(Store, ACellThatTakesTheCoordinatorWithItEveryTimeIsParked) {
  const auto file = scratch_folder() / "a.db";
  const auto poison = planned_cell({.seed = 1}, "final", 0);
  const auto sound = planned_cell({.seed = 2}, "final", 1);
  {
    Store store = open_store(file);
    store.commit(Changes{StagePlanned{"final", {poison, sound}}});
  }
  Provenance crashed = provenance();
  crashed.most_crashes = 2;
  for (int attempt = 1; attempt <= 2; ++attempt) {
    std::int64_t assignment = 0;
    {
      Store store = open_store(file);
      EXPECT_EQ(store.cells().at(0).state, CellState::pending);
      const AttemptStarted start = started(poison.id, attempt, {1, "host", "cpu"});
      assignment = start.assignment;
      store.commit(Changes{start});
      store.commit(Changes{started(sound.id, attempt, {2, "host", "cpu"})});
    }
    crashed.last_words = [=] {
      return std::map<std::int64_t, std::string>{{assignment, "SIGSEGV: a bad address"}};
    };
    const Store next(file, crashed, stages(), splits());
    EXPECT_EQ(next.cells().at(poison.id < sound.id ? 1 : 0).state, CellState::pending);
  }
  EXPECT_EQ(text(file, "SELECT state FROM cells WHERE id = '" + poison.id + "'"), "parked");
  EXPECT_EQ(text(file, "SELECT group_concat(failure || ' ' || message, ', ') FROM attempts WHERE cell = '" +
                           poison.id + "'"),
            "crashed SIGSEGV: a bad address, crashed SIGSEGV: a bad address");
}

TEST(Store, PlansAgainWithoutTouchingCells) {
  const auto file = scratch_folder() / "a.db";
  const auto first = planned_cell({.seed = 1}, "final", 0);
  const auto second = planned_cell({.seed = 2}, "final", 1);
  Store store = open_store(file);
  store.commit(Changes{StagePlanned{"final", {first}}});
  accept(store, first.id, trial_result({}));
  store.commit(Changes{StagePlanned{"final", {first, second}}});
  store.commit(Changes{StagePlanned{"ablation", {first}}});
  EXPECT_EQ(count(file, "SELECT count(*) FROM cells WHERE state = 'accepted'"), 1);
  EXPECT_EQ(count(file, "SELECT count(*) FROM cells"), 2);
  EXPECT_EQ(count(file, "SELECT count(*) FROM stage_cells"), 3);
  EXPECT_EQ(count(file, "SELECT planned FROM stages WHERE name = 'final'"), 2);
  store.commit(Changes{StagePlanned{"final", {second}}});  // the file has fewer seeds now
  EXPECT_EQ(count(file, "SELECT count(*) FROM stage_cells WHERE stage = 'final'"), 1);
  EXPECT_EQ(count(file, "SELECT count(*) FROM cells"), 2);
}

TEST(Store, LinksOneCellTwiceToAStage) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  store.commit(
      Changes{StagePlanned{"search", {planned_cell({}, "search", 0), planned_cell({}, "search", 1)}}});
  EXPECT_EQ(count(file, "SELECT count(*) FROM stage_cells"), 2);
  EXPECT_EQ(store.cells().size(), 1U);
}

TEST(Store, KeepsTheWinner) {
  const auto file = scratch_folder() / "a.db";
  {
    Store store = open_store(file);
    EXPECT_EQ(store.selected_point("search"), std::nullopt);
    store.commit(Changes{StageSelected{"search", R"({"loss.alpha":0.3})", 0.5}});
    store.commit(Changes{StageSelected{"search", R"({"loss.alpha":0.3})", 0.5}});  // the same again
    EXPECT_THROW(store.commit(Changes{StageSelected{"search", R"({"loss.alpha":0.7})", 0.4}}), RunError);
  }
  EXPECT_EQ(open_store(file).selected_point("search"), R"({"loss.alpha":0.3})");
}

TEST(Store, ForgetsThePlaceOfADroppedStageButNotItsWinner) {
  const auto file = scratch_folder() / "a.db";
  open_store(file).commit(Changes{StageSelected{"search", "{}", 0.5}});
  const std::vector<StageRecord> fewer{{"final", "", false, 3}};
  Store store(file, provenance(), fewer, splits());
  EXPECT_EQ(text(file, "SELECT group_concat(name) FROM stages WHERE position IS NOT NULL"), "final");
  EXPECT_EQ(store.selected_point("search"), "{}");
}

TEST(Store, ReadsValidationScores) {
  const auto file = scratch_folder() / "a.db";
  const auto cell = planned_cell({}, "search", 0);
  Store store = open_store(file);
  store.commit(Changes{StagePlanned{"search", {cell}}});
  EXPECT_TRUE(store.validation_values("mae", {}).empty());
  accept(store, cell.id, trial_result({}));
  EXPECT_NEAR(store.validation_values("mae", {}).at(cell.id), 0.45, 1e-12);
  const sweeps::Condition half{sweeps::Family::text, Subset::TAV, 50};
  EXPECT_NEAR(store.validation_values("mae", half).at(cell.id), 0.5, 1e-12);
  const sweeps::Condition audio_vision{sweeps::Family::subset, Subset::AV, 0};
  EXPECT_NEAR(store.validation_values("acc7", audio_vision).at(cell.id), 0.7 - 0.55 / 2, 1e-12);
  EXPECT_TRUE(store.validation_values("mae", {sweeps::Family::text, Subset::TAV, 55}).empty());
}

TEST(Store, ValidationScoresDoNotSeeTheTestSplit) {
  const auto file = scratch_folder() / "a.db";
  const auto cell = planned_cell({}, "search", 0);
  auto result = trial_result({});
  for (auto& row : result.metrics) {
    if (row.split == sweeps::SplitName::test) row.metrics.mae = -1;
  }
  Store store = open_store(file);
  store.commit(Changes{StagePlanned{"search", {cell}}});
  accept(store, cell.id, result);
  EXPECT_NEAR(store.validation_values("mae", {}).at(cell.id), 0.45, 1e-12);
}

TEST(Store, SaysWhatAcceptedCellsWereComputedOn) {
  Store store = open_store(scratch_folder() / "a.db");
  EXPECT_TRUE(store.machines().empty());
  std::vector<sweeps::PlannedCell> cells;
  for (int i = 0; i < 3; ++i) cells.push_back(planned_cell({.seed = i}, "final", i));
  store.commit(Changes{StagePlanned{"final", cells}});
  store.commit(Changes{started(cells[0].id, 1, {1, "h", "cuda:0", "H100", "2.6"}, 2),
                       started(cells[1].id, 1, {2, "h", "cuda:1", "H100", "2.6"}, 2),
                       started(cells[2].id, 1, {3, "h", "cpu", "Xeon", "2.6"}, 1)});
  for (const int i : {0, 1}) store.commit(Changes{AttemptFinished{cells[i].id, 1, trial_result({})}});
  EXPECT_EQ(store.machines(), (std::vector<Machine>{{"cuda", 2, "H100", "2.6"}}));
}

TEST(Store, SaysTheMachineOfEveryMember) {
  Store store = open_store(scratch_folder() / "a.db");
  EXPECT_EQ(store.last_assignment(), 0);
  const auto cell = planned_cell({}, "final", 0);
  AttemptStarted gang = started(cell.id, 1, {1, "h", "cpu", "Xeon", "2.6"});
  gang.members.push_back({2, "i", "cpu", "EPYC", "2.6"});
  store.commit(Changes{StagePlanned{"final", {cell}}, gang, AttemptFinished{cell.id, 1, trial_result({})}});
  EXPECT_EQ(store.machines(), (std::vector<Machine>{{"cpu", 1, "EPYC", "2.6"}, {"cpu", 1, "Xeon", "2.6"}}));
}

// What a program of schema version 5 or 6 wrote: without this version's columns, and with views that know
// nothing of them.
std::filesystem::path of_version(int version, const std::filesystem::path& file) {
  fabricate(file);
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  std::vector<std::string> views;
  SQLite::Statement select(database, "SELECT name FROM sqlite_schema WHERE type = 'view'");
  while (select.executeStep()) views.push_back(select.getColumn(0).getString());
  for (const std::string& view : views) database.exec("DROP VIEW " + view);
  database.exec("ALTER TABLE sweep DROP COLUMN label_scale; ALTER TABLE metrics DROP COLUMN acc3");
  database.exec("CREATE VIEW comparison AS SELECT mae, acc7 FROM metrics");
  if (version == 5) database.exec("DROP TABLE progress; DROP TABLE workers; DROP TABLE embeddings");
  database.exec(fmt::format("PRAGMA user_version = {}", version));
  return file;
}

class EarlierVersion : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Store, EarlierVersion, testing::Values(5, 6));

TEST_P(EarlierVersion, IsReadAsItIs) {
  const auto folder = scratch_folder();
  const auto file = of_version(GetParam(), folder / "a.db");
  const std::string bytes = read_bytes(file);
  const auto now = fabricate(folder / "b.db");
  for (const Exhibit exhibit : {Exhibit::table1, Exhibit::table5, Exhibit::figure3})
    EXPECT_EQ(report(exhibit, {file}).rows, report(exhibit, {now}).rows);
  EXPECT_TRUE(diff(file, now).places.empty());
  EXPECT_TRUE(diff(now, file).places.empty());
  EXPECT_EQ(read_status(file).attempts, 27);
  SQLite::Database database = open_for_reading(file);
  for (const std::string table : {"progress", "workers", "embeddings"})
    EXPECT_EQ(database.execAndGet("SELECT count(*) FROM " + table).getInt(), 0) << table;
  EXPECT_EQ(read_bytes(file), bytes);
}

TEST_P(EarlierVersion, IsBroughtUpToDate) {
  const auto folder = scratch_folder();
  const auto file = of_version(GetParam(), folder / "a.db");
  const auto cells = count(file, "SELECT count(*) FROM cells");
  open_store(file);
  EXPECT_EQ(count(file, "PRAGMA user_version"), 7);
  EXPECT_EQ(count(file, "SELECT count(*) FROM cells"), cells);
  const auto fresh = fabricate(folder / "b.db");
  // A column that came later stands elsewhere in a table's text.
  const std::string columns =
      "SELECT group_concat(t.name || ' ' || c.cid || ' ' || c.name || ' ' || c.type || ' ' || c.\"notnull\" "
      "|| ' ' || c.pk, ';') "
      "FROM (SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name) t, pragma_table_info(t.name) "
      "c";
  const std::string views =
      "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE type = 'view' ORDER BY name)";
  EXPECT_EQ(text(file, columns), text(fresh, columns));
  EXPECT_EQ(text(file, views), text(fresh, views));
  EXPECT_EQ(report(Exhibit::table1, {file}).rows, report(Exhibit::table1, {fresh}).rows);
}

TEST(Store, IsOneFileAtRest) {
  const auto folder = scratch_folder();
  fabricate(folder / "a.db");
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"a.db"});
}

TEST(Store, IsReadWhileItIsWritten) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  EXPECT_EQ(store.journal_mode(), "wal");
  SQLite::Database reader(file.string());
  SQLite::Transaction snapshot(reader);
  EXPECT_EQ(reader.execAndGet("SELECT count(*) FROM cells").getInt(), 0);
  store.commit(
      Changes{StagePlanned{"final", {planned_cell({}, "final", 0)}}});  // does not wait for the reader
  EXPECT_EQ(reader.execAndGet("SELECT count(*) FROM cells").getInt(), 0);
  EXPECT_EQ(count(file, "SELECT count(*) FROM cells"), 1);
}

}  // namespace
}  // namespace missmodal::results
