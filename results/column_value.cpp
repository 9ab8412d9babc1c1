#include "results/column_value.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace missmodal::results {

namespace {

std::string digits(const SQLite::Column& column) {
  const auto* bytes = static_cast<const unsigned char*>(column.getBlob());
  std::string text;
  for (int i = 0; i < column.getBytes(); ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

}  // namespace

Value column_value(const SQLite::Column& column) {
  if (column.isNull()) return {};
  if (column.isInteger()) return column.getInt64();
  if (column.isFloat()) return column.getDouble() + 0.0;  // -0.0 becomes 0.0
  if (column.isBlob()) return digits(column);
  return column.getString();
}

Table rows_of(SQLite::Statement& select) {
  Table table;
  for (int i = 0; i < select.getColumnCount(); ++i) table.columns.emplace_back(select.getColumnName(i));
  while (select.executeStep()) {
    std::vector<Value>& row = table.rows.emplace_back();
    for (int i = 0; i < select.getColumnCount(); ++i) row.push_back(column_value(select.getColumn(i)));
  }
  return table;
}

}  // namespace missmodal::results
