#include "results/working_views.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "results/database.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

// A view has rows, but no order of them.
std::multiset<std::string> rows_of(SQLite::Database& database, const std::string& view) {
  std::vector<std::string> texts;
  SQLite::Statement select(database, "SELECT * FROM " + view);
  while (select.executeStep()) {
    std::string& row = texts.emplace_back();
    for (int i = 0; i < select.getColumnCount(); ++i) row += select.getColumn(i).getString() + "|";
  }
  return {texts.begin(), texts.end()};
}

TEST(WorkingViews, HoldWhatTheDatabasesOwnSay) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const std::string before = read_bytes(file);
  SQLite::Database database = open_for_reading(file);
  prepare_working_views(database);
  compute_once(database, "areas");
  int views = 0;
  SQLite::Statement select(database, "SELECT name FROM main.sqlite_schema WHERE type = 'view'");
  while (select.executeStep()) {
    const std::string name = select.getColumn(0).getString();
    EXPECT_EQ(rows_of(database, "temp." + name), rows_of(database, "main." + name)) << name;
    ++views;
  }
  EXPECT_GT(views, 15);
  EXPECT_EQ(read_bytes(file), before);
}

}  // namespace
}  // namespace missmodal::results
