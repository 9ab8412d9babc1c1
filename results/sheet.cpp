#include "results/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "results/plain_text.h"

namespace missmodal::results {

namespace {

constexpr std::size_t kLongestText = 200;  // characters
enum Beside : std::size_t { sd, low, high, p };
constexpr std::array<std::string_view, 4> kOfMetric{"_sd", "_low", "_high", "_p"};  // in that order

// Where what belongs to each column's numbers stands, looked up once: a table may have 10,000 rows.
using Besides = std::vector<std::array<std::optional<std::size_t>, kOfMetric.size()>>;

Besides besides(const Table& table) {
  Besides besides(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    for (std::size_t k = 0; k < kOfMetric.size() && is_metric(table.columns[i]); ++k)
      besides[i][k] = find_column(table, table.columns[i] + std::string(kOfMetric[k]));
  }
  return besides;
}

struct Plan {
  std::string heading;
  std::vector<std::size_t> sources;  // columns of the table
};

bool is_number(const Table& table, std::size_t column) {
  return std::none_of(table.rows.begin(), table.rows.end(),
                      [&](const auto& row) { return std::holds_alternative<std::string>(row[column]); });
}

bool is_null(const Value& value) {
  return std::holds_alternative<std::monostate>(value);
}

bool is_told_elsewhere(const std::string& name) {
  static constexpr std::array<std::string_view, 7> kTold{"source", "synthetic", "collapsed", "planned",
                                                         "stale",  "undefined", "smallest_p"};
  return std::find(kTold.begin(), kTold.end(), name) != kTold.end() ||
         std::any_of(kOfMetric.begin(), kOfMetric.end(), [&](std::string_view end) {
           return name.ends_with(end) && is_metric(name.substr(0, name.size() - end.size()));
         });
}

// True where every row says the same, or nothing at all.
bool says_nothing(const Table& table, std::size_t column) {
  const std::string& name = table.columns[column];
  if (is_told_elsewhere(name)) return true;
  if (name == "remark") {
    return std::all_of(table.rows.begin(), table.rows.end(),
                       [&](const auto& row) { return row[column] == Value(std::string()); });
  }
  if (name != "dataset" && name != "draws") return false;
  const Value* same = nullptr;
  for (const auto& row : table.rows) {
    if (name == "draws" && is_null(row[column])) continue;  // nothing is drawn there
    if (same != nullptr && row[column] != *same) return false;
    same = &row[column];
  }
  return true;
}

bool is_empty(const Table& table, std::size_t column) {
  return std::all_of(table.rows.begin(), table.rows.end(),
                     [&](const auto& row) { return is_null(row[column]); });
}

// The metrics that there are on another label scale alone (docs/evaluation.md).
bool is_of_another_scale(const Table& table, std::size_t column) {
  static constexpr std::array<std::string_view, 3> kOfThree{"acc7", "acc2_non0", "f1_non0"};
  const std::string& name = table.columns[column];
  if (name == "acc3") return is_empty(table, column);
  const auto acc3 = find_column(table, "acc3");
  return acc3 && std::find(kOfThree.begin(), kOfThree.end(), name) != kOfThree.end() &&
         !is_empty(table, *acc3) && is_empty(table, column);
}

// Those of the names that the table has, as one column.
void add_joined(const Table& table, std::initializer_list<std::string_view> names, const std::string& heading,
                std::vector<Plan>& plans) {
  Plan plan{heading, {}};
  for (const std::string_view name : names) {
    const auto column = find_column(table, name);
    if (column && !is_of_another_scale(table, *column)) plan.sources.push_back(*column);
  }
  if (plan.sources.size() < names.size()) plan.heading = heading.substr(0, heading.find(' '));
  if (!plan.sources.empty()) plans.push_back(std::move(plan));
}

// Where there is one accuracy of two classes, it needs no second word.
std::string plain_heading(const Table& table, std::size_t column) {
  const std::string text = heading(table.columns[column]);
  const auto acc3 = find_column(table, "acc3");
  const bool alone = acc3 && !is_empty(table, *acc3) && table.columns[column].ends_with("_has0");
  return alone ? text.substr(0, text.find(' ')) : text;
}

std::vector<Plan> planned(const Table& table, Columns columns) {
  std::vector<Plan> plans;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const bool later = columns == Columns::joined && is_metric(table.columns[i]);
    if (!later && !says_nothing(table, i) && !is_of_another_scale(table, i))
      plans.push_back({plain_heading(table, i), {i}});
  }
  if (columns == Columns::joined) {
    add_joined(table, {"acc7"}, heading("acc7"), plans);
    add_joined(table, {"acc5"}, heading("acc5"), plans);
    add_joined(table, {"acc3"}, heading("acc3"), plans);
    add_joined(table, {"acc2_has0", "acc2_non0"}, "Acc2 has0/non0", plans);
    add_joined(table, {"f1_has0", "f1_non0"}, "F1 has0/non0", plans);
    add_joined(table, {"mae"}, heading("mae"), plans);
    add_joined(table, {"corr"}, heading("corr"), plans);
  }
  return plans;
}

std::string mark(const Table& table, const std::vector<Value>& row, std::string_view name,
                 const std::string& sign) {
  const auto column = find_column(table, name);
  const auto* count = column ? std::get_if<std::int64_t>(&row[*column]) : nullptr;
  return count != nullptr && *count > 0 ? " " + sign : "";
}

// The number that stands beside a column's, as it is printed.
std::optional<std::string> beside(const Table& table, const std::vector<Value>& row,
                                  const std::optional<std::size_t>& column) {
  if (!column || !std::holds_alternative<double>(row[*column])) return std::nullopt;
  return shown(row[*column], table.columns[*column]);
}

Sheet::Part part(const Table& table, const Besides& besides, const std::vector<Value>& row,
                 std::size_t column) {
  const std::string& name = table.columns[column];
  Sheet::Part part{plain_text(shown(row[column], name), kLongestText)};
  if (const auto spread = beside(table, row, besides[column][Beside::sd])) part.spread = "±" + *spread;
  if (name == "seeds") {
    const auto planned = find_column(table, "planned");
    if (planned && !is_null(row[*planned])) part.text += "/" + shown(row[*planned], "planned");
  }
  if (name == "model") {
    part.text += mark(table, row, "collapsed", "†") + mark(table, row, "stale", "‡");
    const auto source = find_column(table, "source");
    if (source && !is_null(row[*source])) part.text += " §";
  }
  return part;
}

// The row's statistics under its metrics, `label` under its model. `text` gives a metric's, by its column.
template <typename Text>
Sheet::Row below(const Table& table, const std::vector<Plan>& plans, const std::string& label,
                 const Text& text) {
  Sheet::Row below;
  below.below = true;
  for (const Plan& plan : plans) {
    Sheet::Cell& cell = below.cells.emplace_back();
    for (const std::size_t source : plan.sources) {
      const std::string& name = table.columns[source];
      cell.push_back({is_metric(name) ? text(source) : name == "model" ? label : ""});
    }
  }
  return below;
}

// What stands below a difference.
void add_statistics(const Table& table, const Besides& besides, const std::vector<Plan>& plans,
                    const std::vector<Value>& row, Sheet& sheet) {
  const auto has = [&](Beside which) {
    return std::any_of(besides.begin(), besides.end(),
                       [&](const auto& one) { return one[which] && !is_null(row[*one[which]]); });
  };
  if (has(Beside::low)) {
    sheet.rows.push_back(below(table, plans, "  95 % interval", [&](std::size_t column) {
      const auto low = beside(table, row, besides[column][Beside::low]);
      const auto high = beside(table, row, besides[column][Beside::high]);
      return low && high ? fmt::format("{} to {}", *low, *high) : std::string("-");
    }));
  }
  const auto smallest = find_column(table, "smallest_p");
  if (!smallest || is_null(row[*smallest]) || !has(Beside::p)) return;
  const std::string label = fmt::format("  p (at least {})", shown(row[*smallest], "smallest_p"));
  sheet.rows.push_back(below(table, plans, label, [&](std::size_t column) {
    return beside(table, row, besides[column][Beside::p]).value_or("-");
  }));
}

}  // namespace

Sheet sheet(const Table& table, Columns columns) {
  const std::vector<Plan> plans = planned(table, columns);
  const auto marks = best_marks(table);
  const Besides besides = results::besides(table);
  const bool scored = std::any_of(table.columns.begin(), table.columns.end(), is_metric);
  Sheet sheet;
  for (const Plan& plan : plans)
    sheet.columns.push_back({plan.heading, is_number(table, plan.sources.front()),
                             table.columns[plan.sources.front()] == "transcript"});
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    Sheet::Row& printed = sheet.rows.emplace_back();
    printed.apart = scored && i > 0 && condition_of(table, row) != condition_of(table, table.rows[i - 1]);
    for (const Plan& plan : plans) {
      Sheet::Cell& cell = printed.cells.emplace_back();
      for (const std::size_t source : plan.sources) {
        cell.push_back(part(table, besides, row, source));
        cell.back().mark = marks[i][source];
        sheet.marked = sheet.marked || cell.back().mark != Mark::none;
      }
    }
    add_statistics(table, besides, plans, row, sheet);
  }
  return sheet;
}

std::string plain(const Sheet::Cell& cell) {
  std::string text;
  for (const Sheet::Part& part : cell) {
    text.append(text.empty() ? "" : " / ").append(part.text);
    if (!part.spread.empty()) text.append(" ").append(part.spread);
  }
  return text;
}

}  // namespace missmodal::results
