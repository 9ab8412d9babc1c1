#include "results/working_views.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "results/schema_version.h"
#include "results/sign_flips.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

// What no other view builds on stays a view: a query reads of it what it prints. The areas wait for an
// exhibit that shows them: no other reads them.
constexpr std::array<std::string_view, 4> kPrintedFrom{"comparison", "area_comparison", "setup_costs",
                                                       "first_seed_predictions"};
constexpr std::array<std::string_view, 4> kOfAreas{"areas", "paired_areas", "area_summary",
                                                   "paired_area_summary"};
// One row for each cell and condition: most of the time goes into what enters these.
constexpr std::array<std::string_view, 2> kOfConditions{"scores", "paired_scores"};
constexpr std::string_view kCreate = "CREATE VIEW ";

template <std::size_t N>
bool is_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The rows that the exhibits are made of.
std::string shown(std::string_view view, std::span<const Exhibit> exhibits) {
  std::vector<std::string> wanted;
  for (const Exhibit exhibit : exhibits) {
    const Description& description = describe(exhibit);
    const bool all_setups = view != "scores" || description.variants;
    wanted.push_back(fmt::format("{}({})", all_setups ? "" : "headline AND ", description.conditions));
  }
  return fmt::format("{}", fmt::join(wanted, " OR "));
}

}  // namespace

void prepare_working_views(SQLite::Database& database, std::span<const Exhibit> exhibits) {
  database.exec("PRAGMA temp_store = MEMORY");
  const bool areas = std::find(exhibits.begin(), exhibits.end(), Exhibit::area) != exhibits.end();
  std::vector<std::pair<std::string, std::string>> views;
  // Of an earlier file those are this version's that shadow its own.
  const bool shadowed = !is_up_to_date(database);
  SQLite::Statement select(database, fmt::format("SELECT name, sql FROM {}.sqlite_schema WHERE type = 'view' "
                                                 "AND name NOT IN ('sweep', 'metrics') ORDER BY rowid",
                                                 shadowed ? "temp" : "main"));
  while (select.executeStep())
    views.emplace_back(select.getColumn(0).getString(), select.getColumn(1).getString());
  if (shadowed) {
    for (const auto& [name, sql] : views) database.exec("DROP VIEW temp." + name);
  }
  for (const auto& [name, sql] : views) {  // as they were made: each after those that it needs
    MISSMODAL_CHECK(sql.starts_with(std::string(kCreate) + name));
    const std::string text = sql.substr(kCreate.size() + name.size());
    if (is_of(kPrintedFrom, name) || (is_of(kOfAreas, name) && !areas)) {
      database.exec("CREATE TEMP VIEW " + name + text);
    } else if (is_of(kOfConditions, name)) {
      database.exec("CREATE TEMP VIEW all_" + name + text);
      database.exec(fmt::format("CREATE TEMP TABLE {0} AS SELECT * FROM all_{0} WHERE {1}", name,
                                shown(name, exhibits)));
    } else if (name == "sign_flips") {
      compute_sign_flips(database);
    } else {
      database.exec("CREATE TEMP TABLE " + name + text);
    }
  }
}

}  // namespace missmodal::results
