#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "results/database.h"
#include "results/database_name.h"
#include "results/diff.h"
#include "results/metric_columns.h"

namespace missmodal::results {

namespace {

using Json = nlohmann::ordered_json;

Compared read_compared(SQLite::Database& database, const std::string& schema,
                       const std::filesystem::path& file) {
  SQLite::Statement select(database, "SELECT name, dataset_label, dataset_sha256 FROM " + schema + ".sweep");
  select.executeStep();
  return {file, select.getColumn(0).getString(), select.getColumn(1).getString(),
          select.getColumn(2).getString()};
}

// Both plans' places; a cell that has several at one point is there once.
std::vector<PlaceDifference> read_places(SQLite::Database& database) {
  constexpr std::string_view kPlaces =
      "SELECT p.stage, p.variant, p.point, c.seed, c.id, c.state, min(s.position) AS position, "
      "min(p.plan_index) AS place "
      "FROM {0}.stage_cells p JOIN {0}.cells c ON c.id = p.cell JOIN {0}.stages s ON s.name = p.stage "
      "WHERE s.position IS NOT NULL GROUP BY 1, 2, 3, 4";
  constexpr std::string_view kSame =
      "a.stage = b.stage AND a.variant = b.variant AND a.point = b.point AND a.seed = b.seed";
  const std::string places =
      fmt::format("WITH a AS ({}), b AS ({}) ", fmt::format(kPlaces, "main"), fmt::format(kPlaces, "other"));
  SQLite::Statement select(
      database,
      fmt::format(
          "{}SELECT a.stage, a.variant, a.point, a.seed, a.id, a.state, b.id, b.state, a.position, a.place "
          "FROM a LEFT JOIN b ON {} UNION ALL "
          "SELECT b.stage, b.variant, b.point, b.seed, NULL, NULL, b.id, b.state, b.position, b.place "
          "FROM b WHERE NOT EXISTS (SELECT 1 FROM a WHERE {}) ORDER BY 9, 10",
          places, kSame, kSame));
  std::vector<PlaceDifference> found;
  while (select.executeStep()) {
    PlaceDifference& place = found.emplace_back();
    place.stage = select.getColumn(0).getString();
    place.variant = select.getColumn(1).getString();
    place.point = select.getColumn(2).getString();
    place.seed = select.getColumn(3).getInt64();
    if (!select.isColumnNull(4)) {
      place.cell_a = select.getColumn(4).getString();
      place.state_a = select.getColumn(5).getString();
    }
    if (!select.isColumnNull(6)) {
      place.cell_b = select.getColumn(6).getString();
      place.state_b = select.getColumn(7).getString();
    }
  }
  return found;
}

// "/loss/alpha" as people write it.
std::string dotted(std::string pointer) {
  std::replace(pointer.begin(), pointer.end(), '/', '.');
  return pointer.substr(1);
}

std::string shown(const Json& flat, const std::string& key) {
  return flat.contains(key) ? flat[key].dump() : "nothing";
}

void read_settings(SQLite::Database& database, PlaceDifference& place) {
  SQLite::Statement select(database,
                           "SELECT (SELECT configuration FROM main.cells WHERE id = ?1), "
                           "(SELECT configuration FROM other.cells WHERE id = ?2)");
  select.bind(1, *place.cell_a);
  select.bind(2, *place.cell_b);
  select.executeStep();
  const Json a = Json::parse(select.getColumn(0).getString()).flatten();
  const Json b = Json::parse(select.getColumn(1).getString()).flatten();
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key) || b[key] != value)
      place.settings.push_back(fmt::format("{}: {} -> {}", dotted(key), value.dump(), shown(b, key)));
  }
  for (const auto& [key, value] : b.items()) {
    if (!a.contains(key))
      place.settings.push_back(fmt::format("{}: nothing -> {}", dotted(key), value.dump()));
  }
}

std::optional<double> number(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(column.getDouble());
}

double distance(const MovedScore& score) {
  return score.a && score.b ? std::abs(*score.b - *score.a) : HUGE_VAL;
}

// Compares the rows that both cells have, and counts those that one has alone.
class Scores {
 public:
  explicit Scores(SQLite::Database& database)
      : both_(
            database,
            fmt::format("SELECT a.split, a.family, a.subset, a.rate_percent, a.rates, a.kind, {} "
                        "FROM main.metrics a JOIN other.metrics b ON b.cell = ?2 AND b.split = a.split "
                        "AND b.family = a.family AND b.subset = a.subset AND b.rate_percent = a.rate_percent "
                        "AND b.rates = a.rates AND b.kind = a.kind WHERE a.cell = ?1",
                        columns(database))),
        counts_(database,
                "SELECT (SELECT count(*) FROM main.metrics WHERE cell = ?1), "
                "(SELECT count(*) FROM other.metrics WHERE cell = ?2)"),
        predictions_(
            database,
            "SELECT a.matrix, b.matrix FROM main.predictions a JOIN other.predictions b ON b.cell = ?2 "
            "AND b.split = a.split WHERE a.cell = ?1") {}

  void read(PlaceDifference& place) {
    bind(both_, place);
    while (both_.executeStep()) row(place);
    bind(counts_, place);
    counts_.executeStep();
    place.rows_a_alone = counts_.getColumn(0).getInt() - place.rows;
    place.rows_b_alone = counts_.getColumn(1).getInt() - place.rows;
    bind(predictions_, place);
    while (predictions_.executeStep()) matrix(place);
  }

 private:
  static std::string columns(SQLite::Database& database) {
    const auto column = [&](std::string_view schema, std::string_view table, std::string_view metric) {
      SQLite::Statement has(database, "SELECT 1 FROM pragma_table_info('metrics', ?1) WHERE name = ?2");
      has.bind(1, std::string(schema));
      has.bind(2, std::string(metric));
      return has.executeStep() ? fmt::format("{}.{}", table, metric) : "NULL";  // an earlier file
    };
    std::string text;
    for (const std::string_view metric : kMetricColumns) {
      text += fmt::format("{}{}, {}", text.empty() ? "" : ", ", column("main", "a", metric),
                          column("other", "b", metric));
    }
    return text;
  }

  static void bind(SQLite::Statement& statement, const PlaceDifference& place) {
    statement.reset();
    statement.bind(1, *place.cell_a);
    statement.bind(2, *place.cell_b);
  }

  std::string condition() {
    const std::string family = both_.getColumn(1).getString();
    const std::string rates = both_.getColumn(4).getString();
    const std::string kind = both_.getColumn(5).getString();
    std::string text = both_.getColumn(0).getString() + " " + family;
    if (family == "subset") text += "/" + both_.getColumn(2).getString();
    if (!rates.empty()) {
      text += "/" + rates;
    } else if (both_.getColumn(3).getInt() > 0) {
      text += "/" + std::to_string(both_.getColumn(3).getInt());
    }
    return kind == "fixed" ? text : text + " " + kind;
  }

  void row(PlaceDifference& place) {
    ++place.rows;
    bool moved = false;
    constexpr int kFirst = 6;
    for (std::size_t i = 0; i < kMetricColumns.size(); ++i) {
      const int column = kFirst + 2 * static_cast<int>(i);
      const MovedScore score{"", number(both_.getColumn(column)), number(both_.getColumn(column + 1))};
      const bool headline = kMetricColumns[i] == "mae" && both_.getColumn(0).getString() == "test" &&
                            both_.getColumn(1).getString() == "complete";
      if (headline) place.headline = {condition(), score.a, score.b};
      if (score.a == score.b) continue;
      moved = true;
      MovedScore& farthest = place.farthest[std::string(kMetricColumns[i])];
      if (farthest.place.empty() || distance(score) > distance(farthest))
        farthest = {condition(), score.a, score.b};
    }
    if (moved) ++place.moved_rows;
  }

  void matrix(PlaceDifference& place) {
    const SQLite::Column a = predictions_.getColumn(0);
    const SQLite::Column b = predictions_.getColumn(1);
    if (a.getBytes() != b.getBytes()) return;
    double farthest = place.farthest_prediction.value_or(0);
    for (int at = 0; at + 4 <= a.getBytes(); at += 4) {
      float x = 0;
      float y = 0;
      std::memcpy(&x, static_cast<const char*>(a.getBlob()) + at, sizeof x);
      std::memcpy(&y, static_cast<const char*>(b.getBlob()) + at, sizeof y);
      farthest = std::max(farthest, std::abs(static_cast<double>(x) - static_cast<double>(y)));
    }
    place.farthest_prediction = farthest;
  }

  SQLite::Statement both_;
  SQLite::Statement counts_;
  SQLite::Statement predictions_;
};

}  // namespace

bool PlaceDifference::same() const {
  return cell_a == cell_b && state_a == state_b && moved_rows == 0 && rows_a_alone == 0 &&
         rows_b_alone == 0 && farthest_prediction.value_or(0) == 0;
}

Difference diff(const std::filesystem::path& a, const std::filesystem::path& b) {
  const SQLite::Database other = open_for_reading(b);  // tells what is wrong with it
  SQLite::Database database = open_for_reading(a);
  try {
    SQLite::Statement attach(database, "ATTACH ?1 AS other");
    attach.bind(1, database_file(b).string());
    attach.exec();
    SQLite::Transaction snapshot(database);
    Difference difference{read_compared(database, "main", a), read_compared(database, "other", b), 0, {}};
    Scores scores(database);
    for (PlaceDifference& place : read_places(database)) {
      if (place.cell_a && place.cell_b) {
        if (place.cell_a != place.cell_b) read_settings(database, place);
        scores.read(place);
      }
      if (place.same()) {
        ++difference.same;
      } else {
        difference.places.push_back(std::move(place));
      }
    }
    return difference;
  } catch (const SQLite::Exception& error) {
    throw_trouble(a, "compare", error);
  }
}

}  // namespace missmodal::results
