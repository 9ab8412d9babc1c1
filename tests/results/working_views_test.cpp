#include "results/working_views.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
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

constexpr std::array kAll{Exhibit::table1,   Exhibit::table2,       Exhibit::table3,    Exhibit::table5,
                          Exhibit::table6,   Exhibit::missmac,      Exhibit::figure3,   Exhibit::area,
                          Exhibit::instance, Exhibit::missing_rate, Exhibit::imbalanced};

TEST(WorkingViews, HoldWhatTheDatabasesOwnSay) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const std::string before = read_bytes(file);
  SQLite::Database database = open_for_reading(file);
  prepare_working_views(database, kAll);
  // Of other setups than the headline's the tables show one condition alone.
  const std::string random = "family = 'random' AND rate_percent = 100";
  const std::map<std::string, std::string> parts{
      {"scores", " WHERE headline OR " + random},
      {"summary", " WHERE setup_id IN (SELECT setup_id FROM main.setups WHERE headline) OR " + random},
      {"comparison", " WHERE headline OR " + random}};
  int views = 0;
  SQLite::Statement select(database, "SELECT name FROM main.sqlite_schema WHERE type = 'view'");
  while (select.executeStep()) {
    const std::string name = select.getColumn(0).getString();
    const auto part = parts.find(name);
    const std::string where = part == parts.end() ? "" : part->second;
    const auto expected = rows_of(database, "main." + name + where);
    EXPECT_EQ(rows_of(database, "temp." + name), expected) << name;
    EXPECT_TRUE(!expected.empty() || name == "imbalanced_shares" || name == "collapsed_cells") << name;
    ++views;
  }
  EXPECT_GT(views, 15);
  EXPECT_EQ(read_bytes(file), before);
}

TEST(WorkingViews, HoldTheConditionsOfTheExhibitsAlone) {
  SQLite::Database database = open_for_reading(fabricate(scratch_folder() / "a.db"));
  prepare_working_views(database, std::array{Exhibit::table6});
  EXPECT_EQ(
      database.execAndGet("SELECT count(*) FROM scores WHERE family <> 'subset' OR NOT headline").getInt(),
      0);
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM scores").getInt(), 3 * 5);  // T, A, V of five cells
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM comparison").getInt(), 3 * 3);
}

}  // namespace
}  // namespace missmodal::results
