#include "results/figures/embedded_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "results/figures/row.h"
#include "results/tsne/tsne.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

constexpr std::array<std::string_view, 5> kShared{"dataset", "model", "remark", "seed", "moment"};

std::optional<std::uint32_t> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a' + 10);
  return std::nullopt;
}

// Eight digits are four bytes, the least first. NaN for what is none.
float number(std::string_view digits) {
  std::uint32_t bits = 0;
  for (std::size_t byte = 0; byte < 4; ++byte) {
    const auto high = digit(digits[2 * byte]);
    const auto low = digit(digits[2 * byte + 1]);
    if (!high || !low) return std::nanf("");
    bits |= (*high << 4 | *low) << 8 * byte;
  }
  return std::bit_cast<float>(bits);
}

bool same_cloud(const Row& one, const Row& other) {
  return std::all_of(kShared.begin(), kShared.end(),
                     [&](std::string_view column) { return one.value(column) == other.value(column); });
}

// Of rows first..last-1.
std::vector<PlanePoint> places(const Table& table, std::size_t first, std::size_t last) {
  const auto damaged = [&](std::string_view what) {
    const Row row(table, table.rows[first]);
    return InputError(row.text("dataset"),
                      fmt::format("its representations {} training {}", row.text("moment"), what));
  };
  if (last - first > kMostTsnePoints) throw damaged(fmt::format("are more than {}", kMostTsnePoints));
  const std::size_t digits = Row(table, table.rows[first]).text("vector").size();
  if (digits == 0 || digits % 8 != 0) throw damaged("are cut");
  std::vector<float> numbers;
  for (std::size_t i = first; i < last; ++i) {
    const std::string& vector = Row(table, table.rows[i]).text("vector");
    if (vector.size() != digits) throw damaged("are cut");
    for (std::size_t at = 0; at < digits; at += 8)
      numbers.push_back(number(std::string_view(vector).substr(at, 8)));
  }
  if (!std::all_of(numbers.begin(), numbers.end(), [](float one) { return std::isfinite(one); }))
    throw damaged("hold what is no number");
  return tsne(numbers, digits / 8);
}

double rounded(double coordinate) {
  return std::round(coordinate * 1e4) / 1e4 + 0.0;  // -0.0 becomes 0.0
}

}  // namespace

Table embedded_points(const Table& table) {
  Table points{table.title, table.columns, {}, table.notes};
  const auto vector = find_column(table, "vector");
  MISSMODAL_CHECK(vector && *vector + 1 == table.columns.size());
  points.columns.back() = "x";
  points.columns.emplace_back("y");
  struct Cloud {
    std::size_t first;
    std::size_t last;
    std::future<std::vector<PlanePoint>> places;
  };
  std::vector<Cloud> clouds;  // each is laid out by a thread of its own
  for (std::size_t first = 0; first < table.rows.size();) {
    std::size_t last = first + 1;
    while (last < table.rows.size() &&
           same_cloud(Row(table, table.rows[first]), Row(table, table.rows[last])))
      ++last;
    clouds.push_back({first, last, std::async(std::launch::async, places, std::cref(table), first, last)});
    first = last;
  }
  for (Cloud& cloud : clouds) {
    const auto [first, last] = std::pair(cloud.first, cloud.last);
    const std::vector<PlanePoint> of_cloud = cloud.places.get();
    for (std::size_t i = first; i < last; ++i) {
      points.rows.push_back(table.rows[i]);
      points.rows.back().back() = rounded(of_cloud[i - first][0]);
      points.rows.back().emplace_back(rounded(of_cloud[i - first][1]));
    }
  }
  return points;
}

}  // namespace missmodal::results
