#include "results/quoted.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>
#include <utility>

#include "results/embedded.h"
#include "results/origin.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line + ",");
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

std::optional<double> number(const std::string& text) {
  if (text.empty()) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  MISSMODAL_CHECK(error == std::errc() && end == text.data() + text.size());
  return value;
}

std::vector<QuotedRow> parsed(std::string_view text) {
  std::vector<QuotedRow> rows;
  std::vector<std::string> columns;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> fields = fields_of(line);
    if (columns.empty()) {
      columns = fields;
      continue;
    }
    MISSMODAL_CHECK(fields.size() == columns.size() && columns.size() > 4);
    QuotedRow& row = rows.emplace_back(QuotedRow{fields[0], fields[1], fields[2], {}, fields.back()});
    for (std::size_t i = 3; i + 1 < fields.size(); ++i)
      row.scores.emplace_back(columns[i], number(fields[i]));
  }
  return rows;
}

std::string text_at(const Table& table, const std::vector<Value>& row, std::string_view name) {
  const auto column = find_column(table, name);
  return column ? shown(row[*column], std::string(name)) : "";
}

// As a sweep file writes it; "" where nothing is quoted.
std::string condition_of_row(Exhibit exhibit, const Table& table, const std::vector<Value>& row) {
  switch (exhibit) {
    case Exhibit::table1:
      return "complete";
    case Exhibit::table6:
      return "subset/" + text_at(table, row, "subset");
    case Exhibit::missmac:
      return text_at(table, row, "condition");
    case Exhibit::missing_rate: {
      const std::string rate = text_at(table, row, "rate_percent");
      return rate == "0" ? "complete" : "missing_rate/" + rate;
    }
    default:
      return "";
  }
}

// The model's scores under the condition of `like`; what is no word of the condition is NULL.
std::vector<Value> row_like(const Table& table, const std::vector<Value>& like, const QuotedRow& quoted) {
  static const std::set<std::string> kKept{"dataset", "synthetic", "subset", "condition", "rate_percent"};
  std::vector<Value> row;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string& name = table.columns[i];
    const auto score = std::find_if(quoted.scores.begin(), quoted.scores.end(),
                                    [&](const auto& one) { return one.first == name; });
    if (score != quoted.scores.end() && score->second) {
      row.emplace_back(*score->second);
    } else if (name == "model") {
      row.emplace_back(quoted.model);
    } else if (name == "source") {
      row.emplace_back(quoted.source);
    } else if (name == "remark" || name == "undefined") {
      row.emplace_back(std::string());
    } else {
      row.push_back(kKept.contains(name) ? like[i] : Value());
    }
  }
  return row;
}

}  // namespace

const std::vector<QuotedRow>& quoted_rows() {
  static const std::vector<QuotedRow> rows = parsed(quoted_csv());
  return rows;
}

void add_quoted(Exhibit exhibit, Table& table) {
  if (table.rows.empty() || condition_of_row(exhibit, table, table.rows.front()).empty()) return;
  table.columns.emplace_back("source");
  for (auto& row : table.rows) row.emplace_back();
  std::vector<std::vector<Value>> rows;
  std::set<std::string> sources;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = table.rows[i];
    rows.push_back(row);
    const std::string dataset = text_at(table, row, "dataset");
    const std::string condition = condition_of_row(exhibit, table, row);
    if (i + 1 < table.rows.size() && text_at(table, table.rows[i + 1], "dataset") == dataset &&
        condition_of_row(exhibit, table, table.rows[i + 1]) == condition)
      continue;
    for (const QuotedRow& quoted : quoted_rows()) {
      if (quoted.dataset != corpus(dataset) || quoted.condition != condition) continue;
      rows.push_back(row_like(table, row, quoted));
      sources.insert(quoted.source);
    }
  }
  table.rows = std::move(rows);
  if (!sources.empty()) {
    table.notes.push_back(
        fmt::format("§ quoted from publications ({}; results/quoted.csv), made with other seeds, masks and "
                    "preparations: no mark compares them with ours",
                    fmt::join(sources, ", ")));
  }
}

}  // namespace missmodal::results
