#include "results/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::results {

namespace {

std::string real(double value, const std::string& column) {
  const bool percent = column.starts_with("acc") || column.starts_with("f1") || column == "realised_percent";
  return fmt::format("{:.{}f}", value, percent ? 2 : 3);
}

bool is_number(const Table& table, std::size_t column) {
  return std::none_of(table.rows.begin(), table.rows.end(),
                      [&](const auto& row) { return std::holds_alternative<std::string>(row[column]); });
}

bool is_null(const Value& value) {
  return std::holds_alternative<std::monostate>(value);
}

// True where every row says the same, or nothing at all.
bool says_nothing(const Table& table, std::size_t column) {
  const std::string& name = table.columns[column];
  static constexpr std::array<std::string_view, 5> kTold{"synthetic", "collapsed", "planned", "stale",
                                                         "undefined"};
  if (std::find(kTold.begin(), kTold.end(), name) != kTold.end() || name.ends_with("_sd")) return true;
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

std::string mark(const Table& table, const std::vector<Value>& row, std::string_view name,
                 const std::string& sign) {
  const auto column = find_column(table, name);
  const auto* count = column ? std::get_if<std::int64_t>(&row[*column]) : nullptr;
  return count != nullptr && *count > 0 ? " " + sign : "";
}

std::string cell_text(const Table& table, const std::vector<Value>& row, std::size_t column) {
  const std::string& name = table.columns[column];
  std::string text = shown(row[column], name);
  if (const auto sd = find_column(table, name + "_sd"); sd && std::holds_alternative<double>(row[*sd])) {
    text += " ±" + shown(row[*sd], name);
  }
  if (const auto planned = find_column(table, "planned"); planned && name == "seeds") {
    text += "/" + shown(row[*planned], "planned");
  }
  if (name == "model") text += mark(table, row, "collapsed", "†") + mark(table, row, "stale", "‡");
  return text;
}

}  // namespace

std::optional<std::size_t> find_column(const Table& table, std::string_view name) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), name);
  if (found == table.columns.end()) return std::nullopt;
  return static_cast<std::size_t>(found - table.columns.begin());
}

bool any_counted(const Table& table, std::string_view name) {
  const auto column = find_column(table, name);
  return column && std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
           const auto* count = std::get_if<std::int64_t>(&row[*column]);
           return count != nullptr && *count > 0;
         });
}

std::string heading(const std::string& column) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kHeadings{
      {{"acc2_has0", "Acc2 has0"},
       {"f1_has0", "F1 has0"},
       {"acc2_non0", "Acc2 non0"},
       {"f1_non0", "F1 non0"},
       {"acc7", "Acc7"},
       {"acc5", "Acc5"},
       {"mae", "MAE"},
       {"corr", "Corr"},
       {"rate_percent", "rate %"},
       {"realised_percent", "K/3N %"},
       {"realised", "realised %"}}};
  for (const auto& [name, text] : kHeadings) {
    if (name == column) return std::string(text);
  }
  return column;
}

std::string shown(const Value& value, const std::string& column) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) return real(*number, column);
  return "-";
}

Sheet sheet(const Table& table) {
  Sheet sheet;
  std::vector<std::size_t> shown_columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (says_nothing(table, i)) continue;
    shown_columns.push_back(i);
    sheet.columns.push_back({heading(table.columns[i]), is_number(table, i)});
  }
  for (const auto& row : table.rows) {
    auto& texts = sheet.rows.emplace_back();
    for (const std::size_t column : shown_columns) texts.push_back(cell_text(table, row, column));
  }
  return sheet;
}

std::string format(const Table& table, Format format) {
  switch (format) {
    case Format::text:
      return format_text(table);
    case Format::markdown:
      return format_markdown(table);
    case Format::latex:
      return format_latex(table);
    case Format::csv:
      return format_csv(table);
    case Format::json:
      return format_json(table);
  }
  check_failed("a known format", __FILE__, __LINE__);
}

}  // namespace missmodal::results
