#include "results/marks.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace missmodal::results {

namespace {

// What rows must share to be compared.
constexpr std::array<std::string_view, 7> kConditions{"dataset",   "rate_percent", "missing", "subset",
                                                      "condition", "family",       "realised"};

bool competes(const Table& table, const std::vector<Value>& row) {
  const auto source = find_column(table, "source");
  if (source && std::holds_alternative<std::string>(row[*source])) return false;
  const auto model = find_column(table, "model");
  const auto* name = model ? std::get_if<std::string>(&row[*model]) : nullptr;
  return name != nullptr && !name->ends_with(" - without");
}

// Row numbers by what the rows are compared under.
std::map<std::string, std::vector<std::size_t>> competitions(const Table& table) {
  std::map<std::string, std::vector<std::size_t>> result;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (!competes(table, table.rows[i])) continue;
    result[condition_of(table, table.rows[i])].push_back(i);
  }
  return result;
}

}  // namespace

std::string condition_of(const Table& table, const std::vector<Value>& row) {
  std::string condition;
  for (const std::string_view name : kConditions) {
    if (const auto column = find_column(table, name))
      condition += shown(row[*column], std::string(name)) + "|";
  }
  return condition;
}

std::vector<std::vector<Mark>> best_marks(const Table& table) {
  std::vector<std::vector<Mark>> marks(table.rows.size(),
                                       std::vector<Mark>(table.columns.size(), Mark::none));
  const auto together = competitions(table);
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    if (!is_metric(table.columns[column])) continue;
    const double sign = table.columns[column] == "mae" ? 1 : -1;
    for (const auto& [key, rows] : together) {
      std::map<double, std::vector<std::size_t>> ranked;
      std::size_t numbers = 0;
      for (const std::size_t row : rows) {
        if (const auto* value = std::get_if<double>(&table.rows[row][column])) {
          ranked[sign * *value].push_back(row);
          ++numbers;
        }
      }
      if (ranked.size() < 2) continue;
      auto place = ranked.begin();
      for (const std::size_t row : place->second) marks[row][column] = Mark::best;
      if (numbers < 3) continue;
      ++place;
      for (const std::size_t row : place->second) marks[row][column] = Mark::second;
    }
  }
  return marks;
}

}  // namespace missmodal::results
