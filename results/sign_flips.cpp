#include "results/sign_flips.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/metric_columns.h"

namespace missmodal::results {

namespace {

constexpr std::size_t kMostPairs = 12;

// Which pairs are compared: setup_id, without_id, family, subset, rate_percent, rates.
struct Key {
  std::int64_t setup = 0;
  std::int64_t without = 0;
  std::string family;
  std::string subset;
  std::int64_t rate_percent = 0;
  std::string rates;
  bool operator==(const Key&) const = default;
};

using Differences =
    std::array<std::vector<double>, kMetricColumns.size()>;  // of the pairs in order; NaN: not defined

// Of the sign patterns that leave the first pair's sign, the share whose sum is as far from 0 as that of none
// flipped. Every sum is that of the view: one pair after the other, in the order of cells.
std::optional<double> share_as_far(const std::vector<double>& differences) {
  double sum = 0;
  double sizes = 0;
  for (const double difference : differences) {
    sum += difference;
    sizes += std::abs(difference);
  }
  if (std::isnan(sum)) return std::nullopt;
  const double bound = std::abs(sum) - 1e-9 * sizes;
  std::vector<double> ways{differences.front()};
  for (std::size_t pair = 1; pair < differences.size(); ++pair) {
    const std::size_t before = ways.size();
    for (std::size_t way = 0; way < before; ++way) {
      ways.push_back(ways[way] - differences[pair]);
      ways[way] += differences[pair];
    }
  }
  const auto as_far =
      std::count_if(ways.begin(), ways.end(), [&](double way) { return std::abs(way) >= bound; });
  return static_cast<double>(as_far) / static_cast<double>(ways.size());
}

void insert_row(SQLite::Statement& insert, const Key& key, const Differences& differences) {
  const std::size_t pairs = differences.front().size();
  if (pairs == 0 || pairs > kMostPairs) return;
  insert.reset();
  insert.clearBindings();
  insert.bind(1, key.setup);
  insert.bind(2, key.without);
  insert.bind(3, key.family);
  insert.bind(4, key.subset);
  insert.bind(5, key.rate_percent);
  insert.bind(6, key.rates);
  int place = 7;
  for (const auto& of_metric : differences) {
    if (const auto share = share_as_far(of_metric)) insert.bind(place, *share);
    ++place;
  }
  insert.bind(place, std::ldexp(2.0, -static_cast<int>(pairs)));
  insert.exec();
}

}  // namespace

void compute_sign_flips(SQLite::Database& database) {
  std::string metrics;
  std::string results;
  std::string places;
  for (const std::string_view metric : kMetricColumns) {
    metrics.append(metric).append(", ");
    results.append(metric).append("_p REAL, ");
    places += "?, ";
  }
  database.exec(
      "CREATE TEMP TABLE sign_flips (setup_id INTEGER, without_id INTEGER, family TEXT, subset TEXT, "
      "rate_percent INTEGER, rates TEXT, " +
      results + "smallest_p REAL)");
  SQLite::Statement insert(database,
                           "INSERT INTO temp.sign_flips VALUES (?, ?, ?, ?, ?, ?, " + places + "?)");
  SQLite::Statement select(
      database, "SELECT " + metrics +
                    "setup_id, without_id, family, subset, rate_percent, rates FROM temp.differences "
                    "WHERE present ORDER BY setup_id, without_id, family, subset, rate_percent, rates, cell");
  Key key;
  Differences differences;
  while (select.executeStep()) {
    constexpr int kFirst = kMetricColumns.size();
    const Key next{select.getColumn(kFirst).getInt64(),      select.getColumn(kFirst + 1).getInt64(),
                   select.getColumn(kFirst + 2).getString(), select.getColumn(kFirst + 3).getString(),
                   select.getColumn(kFirst + 4).getInt64(),  select.getColumn(kFirst + 5).getString()};
    if (next != key) {
      insert_row(insert, key, differences);
      differences = {};
      key = next;
    }
    for (std::size_t i = 0; i < kMetricColumns.size(); ++i) {
      const SQLite::Column column = select.getColumn(static_cast<int>(i));
      differences[i].push_back(column.isNull() ? std::nan("") : column.getDouble());
    }
  }
  insert_row(insert, key, differences);
}

}  // namespace missmodal::results
