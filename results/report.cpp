#include "results/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "results/column_value.h"
#include "results/database.h"
#include "results/embedded.h"
#include "results/marks.h"
#include "results/origin.h"
#include "results/quoted.h"
#include "results/working_views.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

// Below what the table has from other databases.
void append(SQLite::Database& database, const Description& description, const Origin& origin, Table& table) {
  SQLite::Statement select(database, std::string(query_sql(description.query)));
  Table own = rows_of(select);
  for (std::string& note : notes(database, origin, own)) table.notes.push_back(std::move(note));
  table.columns = std::move(own.columns);
  std::move(own.rows.begin(), own.rows.end(), std::back_inserter(table.rows));
}

void add_title(const Description& description, const std::vector<Origin>& origins, Table& table) {
  table.title = description.title;
  std::vector<std::string> first;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    table.title += (i == 0 ? ". Dataset " : ", ") + origins[i].dataset;
    for (std::string& warning : warnings(description, origins[i])) first.push_back(std::move(warning));
  }
  if (std::any_of(origins.begin(), origins.end(), [](const Origin& origin) { return origin.synthetic; }))
    table.title += " [SYNTHETIC]";
  if (std::any_of(table.columns.begin(), table.columns.end(), is_metric)) {
    first.emplace_back(
        "mean ±standard deviation (n-1) over seeds, on the test split; seeds: accepted/planned; Acc and F1 "
        "in %");
  }
  if (any_counted(table, "collapsed")) {
    first.emplace_back(
        "† some seeds collapsed: with all modalities no better than a constant prediction, or of one sign "
        "for all");
  }
  if (const auto smallest = find_column(table, "smallest_p");
      smallest && std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
        return std::holds_alternative<double>(row[*smallest]);
      })) {
    first.emplace_back(
        "MissModal - without: paired over seeds, with its 95 % interval (Student's t) and the p of an exact "
        "two-sided "
        "sign-flip test; beside it the smallest that so few seeds can reach");
  }
  table.notes.insert(table.notes.begin(), first.begin(), first.end());
}

}  // namespace

std::vector<Table> reports(std::span<const Exhibit> exhibits,
                           const std::vector<std::filesystem::path>& databases, Quotes quotes) {
  MISSMODAL_CHECK(!databases.empty());
  std::vector<Table> tables(exhibits.size());
  std::vector<Origin> origins;
  for (const auto& file : databases) {
    SQLite::Database database = open_for_reading(file);
    try {
      SQLite::Transaction snapshot(database);  // rows and notes of one moment
      prepare_working_views(database, exhibits);
      origins.push_back(read_origin(database, file));
      for (std::size_t i = 0; i < exhibits.size(); ++i)
        append(database, describe(exhibits[i]), origins.back(), tables[i]);
    } catch (const SQLite::Exception& error) {
      if (is_damage(error)) throw InputError(file.string(), fmt::format("is damaged: {}", error.what()));
      throw sqlite_trouble(file, "read", error);
    }
  }
  for (std::size_t i = 0; i < exhibits.size(); ++i) {
    add_title(describe(exhibits[i]), origins, tables[i]);
    if (quotes == Quotes::shown) add_quoted(exhibits[i], tables[i]);
  }
  return tables;
}

Table report(Exhibit exhibit, const std::vector<std::filesystem::path>& databases, Quotes quotes) {
  return reports(std::array{exhibit}, databases, quotes).front();
}

Table area_below(Exhibit curve, const Table& areas) {
  const Description& description = describe(curve);
  Table below{.title = fmt::format("{} of {}", describe(Exhibit::area).title, description.area_family),
              .columns = areas.columns,
              .rows = {},
              .notes = {}};
  const auto family = find_column(areas, "family");
  MISSMODAL_CHECK(family);
  for (const auto& row : areas.rows) {
    if (row[*family] == Value(std::string(description.area_family))) below.rows.push_back(row);
  }
  return below;
}

}  // namespace missmodal::results
