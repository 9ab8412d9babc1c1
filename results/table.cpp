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
  if (column.ends_with("_p")) return fmt::format("{:.4f}", value);
  if (column.ends_with("_seconds") || column == "epochs") return fmt::format("{:.1f}", value);
  if (column == "label" || column == "without" || column == "MissModal") return fmt::format("{:.2f}", value);
  const bool percent = column.starts_with("acc") || column.starts_with("f1") || column == "realised_percent";
  return fmt::format("{:.{}f}", value, percent ? 2 : 3);
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
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kHeadings{
      {{"acc2_has0", "Acc2 has0"},
       {"f1_has0", "F1 has0"},
       {"acc2_non0", "Acc2 non0"},
       {"f1_non0", "F1 non0"},
       {"acc7", "Acc7"},
       {"acc5", "Acc5"},
       {"acc3", "Acc3"},
       {"mae", "MAE"},
       {"corr", "Corr"},
       {"rate_percent", "rate %"},
       {"realised_percent", "K/3N %"},
       {"realised", "realised %"},
       {"train_seconds", "training (s)"},
       {"evaluate_seconds", "evaluation (s)"},
       {"peak_mib", "peak memory (MiB)"}}};
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
