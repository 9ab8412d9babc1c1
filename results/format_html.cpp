// A table for a page that knows the classes `best`, `second`, `below`, `apart` and `number`
// (results/report_page.cpp).

#include <string>

#include "results/escape_html.h"
#include "results/sheet.h"

namespace missmodal::results {

namespace {

std::string in_html(const Sheet::Cell& cell) {
  std::string text;
  for (const Sheet::Part& part : cell) {
    if (!text.empty()) text += " / ";
    const char* tag = part.mark == Mark::best ? "b" : part.mark == Mark::second ? "u" : nullptr;
    if (tag != nullptr) text.append("<").append(tag).append(">");
    text += escape_html(part.text);
    if (tag != nullptr) text.append("</").append(tag).append(">");
    if (!part.spread.empty()) text.append(" <small>").append(escape_html(part.spread)).append("</small>");
  }
  return text;
}

std::string opened(const char* tag, bool number) {
  return std::string("<") + tag + (number ? " class=\"number\">" : ">");
}

}  // namespace

std::string format_html(const Table& table) {
  const Sheet sheet = results::sheet(table, Columns::joined);
  std::string text = "<div class=\"table\" tabindex=\"0\">\n<table>\n<caption>" + escape_html(table.title) +
                     "</caption>\n<thead><tr>";
  for (const auto& column : sheet.columns)
    text += (column.number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">") +
            escape_html(column.name) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const Sheet::Row& row : sheet.rows) {
    text += row.below ? "<tr class=\"below\">" : row.apart ? "<tr class=\"apart\">" : "<tr>";
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      text += opened("td", sheet.columns[i].number) + in_html(row.cells[i]) + "</td>";
    text += "</tr>\n";
  }
  if (sheet.rows.empty()) text += "<tr><td>no rows yet</td></tr>\n";
  text += "</tbody>\n</table>\n</div>\n<ul class=\"notes\">\n";
  if (sheet.marked) text.append("<li>").append(kMarksNote).append("</li>\n");
  for (const std::string& note : table.notes) text += "<li>" + escape_html(note) + "</li>\n";
  return text + "</ul>\n";
}

}  // namespace missmodal::results
