// A pipe table, as GitHub renders it.

#include <string>

#include "results/table.h"

namespace missmodal::results {

namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '<' || c == '`') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::string format_markdown(const Table& table) {
  const Sheet sheet = results::sheet(table);
  std::string text = "**" + escaped(table.title) + "**\n\n|";
  for (const auto& column : sheet.columns) text.append(" ").append(escaped(column.name)).append(" |");
  text += "\n|";
  for (const auto& column : sheet.columns) text += column.number ? "---:|" : "---|";
  text += "\n";
  for (const auto& row : sheet.rows) {
    text += "|";
    for (const std::string& cell : row) text.append(" ").append(escaped(cell)).append(" |");
    text += "\n";
  }
  for (const std::string& note : table.notes) text.append("\n").append(escaped(note)).append("\n");
  return text;
}

}  // namespace missmodal::results
