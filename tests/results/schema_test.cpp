#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>

#include "results/database.h"
#include "results/embedded.h"
#include "results/schema_version.h"
#include "sweeps/canonical.h"
#include "sweeps/failure.h"
#include "sweeps/sha256.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

TEST(Schema, CarriesItsVersionAndApplication) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  database.exec(std::string(schema_sql()));
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), kSchemaVersion);
  EXPECT_EQ(database.execAndGet("PRAGMA application_id").getInt64(), kApplicationId);
}

TEST(Schema, EmbedsTheFilesByteForByte) {
  const std::filesystem::path root = MISSMODAL_SOURCE_DIR;
  EXPECT_EQ(schema_sql(), read_bytes(MISSMODAL_SCHEMA));
  EXPECT_TRUE(schema_sql().starts_with(read_bytes(root / "results/schema.sql")));
  for (const std::string query : {"table1", "table2", "table3", "table4", "table5", "table6", "table7",
                                  "table8", "cost", "figure3", "figure5", "search", "training", "gantt",
                                  "missmac", "missing_rate", "instance", "imbalanced", "area"}) {
    EXPECT_EQ(query_sql(query), read_bytes(root / "results/queries" / (query + ".sql"))) << query;
  }
}

// The formula of a mean over seeds is written in one place and stands in every view that has one.
TEST(Schema, HoldsPlainSql) {
  EXPECT_EQ(schema_sql().find("{metric"), std::string_view::npos);
  EXPECT_EQ(schema_sql().find("{mean"), std::string_view::npos);
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  database.exec(std::string(schema_sql()));
  EXPECT_EQ(
      database
          .execAndGet("SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND name LIKE '%summary' AND "
                      "instr(sql, 'CASE WHEN count(corr) = sum(present) THEN sum(corr) / count(corr) END')")
          .getInt(),
      3);
}

TEST(Schema, EveryTableIsStrict) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  database.exec(std::string(schema_sql()));
  EXPECT_EQ(database
                .execAndGet("SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND NOT strict "
                            "AND name NOT LIKE 'sqlite_%'")
                .getInt(),
            0);
}

TEST(Schema, KnowsEveryFailureClass) {
  const auto file = scratch_folder() / "a.db";
  const auto cell = planned_cell({}, "final", 0);
  Store store = open_store(file);
  store.commit(std::vector<Change>{StagePlanned{"final", {cell}}});
  int attempt = 0;
  for (const auto failure : {FailureClass::lost, FailureClass::out_of_memory, FailureClass::data_error,
                             FailureClass::bug, FailureClass::run_error, FailureClass::interrupted}) {
    ++attempt;
    store.commit(std::vector<Change>{started(cell.id, attempt, {1, "host", "cpu"})});
    store.commit(std::vector<Change>{AttemptFailed{cell.id, attempt, failure, "why", false}});
    EXPECT_EQ(text(file, "SELECT failure FROM attempts ORDER BY attempt DESC"), name(failure));
  }
  const auto record = store.cells().front();
  EXPECT_EQ(record.attempts, 6);
  EXPECT_EQ(record.counted_failures, 4);  // all but lost and interrupted
}

TEST(Schema, ReadsTheCanonicalConfiguration) {
  const auto file = scratch_folder() / "a.db";
  sweeps::Configuration with;
  with.model.text_encoder = sweeps::TextEncoder::sequence;
  with.seed = 1113;
  sweeps::Configuration without = with;
  without.loss.terms = {sweeps::LossTerm::task};
  std::vector<sweeps::PlannedCell> cells;
  for (const auto& configuration : {with, without}) {
    const std::string json = sweeps::canonical(configuration, provenance().dataset_sha256);
    const int index = static_cast<int>(cells.size());
    cells.push_back({hex(sha256(json)), json, "final", "", index, "{}", ""});
  }
  Store store = open_store(file);
  store.commit(std::vector<Change>{StagePlanned{"final", cells}});
  EXPECT_EQ(text(file,
                 "SELECT group_concat(label || ' ' || terms || ' ' || route || ' ' || seed, ';') FROM "
                 "(SELECT * FROM repeat_cells ORDER BY position)"),
            "MissModal task+geo+dis+sem subset 1113;without task full 1113");
  EXPECT_EQ(count(file, "SELECT count(*) FROM pairs"), 1);
}

}  // namespace
}  // namespace missmodal::results
