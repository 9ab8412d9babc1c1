// Comma-separated values, RFC 4180: CRLF, quotes where a field needs them, NULL as an empty field.

#include <fmt/format.h>

#include <string>

#include "results/table.h"

namespace missmodal::results {

namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

std::string field(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  return "";
}

}  // namespace

std::string format_csv(const Table& table) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    text.append(i > 0 ? "," : "").append(quoted(table.columns[i]));
  text += "\r\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text.append(i > 0 ? "," : "").append(field(row[i]));
    text += "\r\n";
  }
  return text;
}

}  // namespace missmodal::results
