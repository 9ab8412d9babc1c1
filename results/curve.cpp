#include "results/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sweeps/error.h"

namespace missmodal::results {

namespace {

constexpr int kWidth = 60;

struct Point {
  std::int64_t rate = 0;
  std::optional<double> with;
  std::optional<double> without;
};

std::size_t column(const Table& table, std::string_view name) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), name);
  MISSMODAL_CHECK(found != table.columns.end());
  return static_cast<std::size_t>(found - table.columns.begin());
}

std::string block(const std::string& heading, const std::vector<Point>& points) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Point& point : points) {
    for (const auto& value : {point.with, point.without}) {
      if (!value) continue;
      low = std::min(low, *value);
      high = std::max(high, *value);
    }
  }
  const double span = high > low ? high - low : 1;
  std::string text =
      fmt::format("{}\n{:>6}  {:<{}.3f}{:>{}.3f}\n", heading, "rate %", low, kWidth / 2, high, kWidth / 2);
  for (const Point& point : points) {
    std::string line(kWidth, ' ');
    const auto mark = [&](const std::optional<double>& value, char sign) {
      if (!value) return;
      char& place = line[static_cast<std::size_t>(std::lround((*value - low) / span * (kWidth - 1)))];
      place = place == ' ' ? sign : 'x';
    };
    mark(point.without, 'o');
    mark(point.with, '*');
    text += fmt::format("{:>6} |{}|\n", point.rate, line);
  }
  return text;
}

}  // namespace

std::string curve_text(const Table& table) {
  const std::size_t dataset = column(table, "dataset");
  const std::size_t model = column(table, "model");
  const std::size_t rate = column(table, "rate_percent");
  const std::size_t mae = column(table, "mae");
  const std::size_t remark = column(table, "remark");
  // Several setups of one name would need more signs than two; each remark gets its own block.
  std::map<std::pair<std::string, std::string>, std::map<std::int64_t, Point>> blocks;
  for (const auto& row : table.rows) {
    const auto& label = std::get<std::string>(row[model]);
    const auto* value = std::get_if<double>(&row[mae]);
    if (value == nullptr || (label != "MissModal" && label != "without")) continue;
    const auto percent = std::get<std::int64_t>(row[rate]);
    Point& point = blocks[{std::get<std::string>(row[dataset]), std::get<std::string>(row[remark])}][percent];
    point.rate = percent;
    (label == "without" ? point.without : point.with) = *value;
  }
  std::string text;
  for (const auto& [key, curve] : blocks) {
    std::vector<Point> points;
    for (const auto& [percent, point] : curve) points.push_back(point);
    const std::string title = key.second.empty() ? key.first : key.first + ", " + key.second;
    text += block(title + ": MAE with MissModal (*) and without (o), both (x)", points);
  }
  return text;
}

}  // namespace missmodal::results
