#include "results/working_views.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sweeps/error.h"

namespace missmodal::results {

namespace {

// At most a few rows a cell. The others hold one for each cell and condition: a query reads less of them
// where it says which conditions it wants.
constexpr std::array<std::string_view, 10> kComputedOnce{
    "asked", "imbalanced_shares", "repeat_cells", "constant_prediction", "collapsed_cells",
    "pairs", "setup_leaves",      "setups",       "paired_setups",       "curve_points"};
constexpr std::string_view kCreate = "CREATE VIEW ";

}  // namespace

void prepare_working_views(SQLite::Database& database) {
  database.exec("PRAGMA temp_store = MEMORY");
  std::vector<std::pair<std::string, std::string>> views;
  SQLite::Statement select(database,
                           "SELECT name, sql FROM main.sqlite_schema WHERE type = 'view' ORDER BY rowid");
  while (select.executeStep())
    views.emplace_back(select.getColumn(0).getString(), select.getColumn(1).getString());
  for (const auto& [name, sql] : views) {  // as they were made: each after those that it needs
    MISSMODAL_CHECK(sql.starts_with(kCreate));
    const bool once = std::find(kComputedOnce.begin(), kComputedOnce.end(), name) != kComputedOnce.end();
    database.exec((once ? "CREATE TEMP TABLE " : "CREATE TEMP VIEW ") + sql.substr(kCreate.size()));
  }
}

void compute_once(SQLite::Database& database, const std::string& view) {
  SQLite::Statement select(database, "SELECT sql FROM main.sqlite_schema WHERE type = 'view' AND name = ?1");
  select.bind(1, view);
  MISSMODAL_CHECK(select.executeStep());
  const std::string sql = select.getColumn(0).getString();
  database.exec("DROP VIEW temp." + view);
  database.exec("CREATE TEMP TABLE " + sql.substr(kCreate.size()));
}

}  // namespace missmodal::results
