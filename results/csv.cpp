#include "results/csv.h"

#include <fmt/format.h>

namespace missmodal::results {

namespace {

std::string field(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return csv_field(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  return "";
}

template <typename Items, typename ToField>
std::string line(const Items& items, ToField to_field) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) text.append(i > 0 ? "," : "").append(to_field(items[i]));
  return text + "\r\n";
}

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

std::string csv_line(const std::vector<std::string>& names) {
  return line(names, csv_field);
}

std::string csv_line(const std::vector<Value>& row) {
  return line(row, field);
}

}  // namespace missmodal::results
