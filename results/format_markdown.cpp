// A pipe table, as GitHub renders it: it knows <ins>, not <u>.

#include <string>

#include "results/sheet.h"

namespace missmodal::results {

namespace {

// What Markdown or HTML would take for markup. A text that begins like a list or heading stands in a cell or
// after a name, never at a line's beginning.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
      continue;
    }
    if (std::string_view("|\\*_<>`[~$").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string in_markdown(const Sheet::Cell& cell) {
  std::string text;
  for (const Sheet::Part& part : cell) {
    if (!text.empty()) text += " / ";
    if (part.mark == Mark::best) {
      text.append("**").append(escaped(part.text)).append("**");
    } else if (part.mark == Mark::second) {
      text.append("<ins>").append(escaped(part.text)).append("</ins>");
    } else {
      text += escaped(part.text);
    }
    if (!part.spread.empty()) text.append(" ").append(part.spread);
  }
  return text;
}

}  // namespace

std::string format_markdown(const Table& table) {
  const Sheet sheet = results::sheet(table, Columns::joined);
  std::string text = "**" + escaped(table.title) + "**\n\n|";
  for (const auto& column : sheet.columns) text.append(" ").append(escaped(column.name)).append(" |");
  text += "\n|";
  for (const auto& column : sheet.columns) text += column.number ? "---:|" : "---|";
  text += "\n";
  for (const Sheet::Row& row : sheet.rows) {
    text += "|";
    for (const Sheet::Cell& cell : row.cells) text.append(" ").append(in_markdown(cell)).append(" |");
    text += "\n";
  }
  if (sheet.marked) text.append("\n").append(kMarksNote).append("\n");
  for (const std::string& note : table.notes) text.append("\n").append(escaped(note)).append("\n");
  return text;
}

}  // namespace missmodal::results
