// Aligned columns for a terminal: title, heading, rows, notes.

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "results/plain_text.h"
#include "results/sheet.h"

namespace missmodal::results {

namespace {

constexpr std::size_t kWidestText = 80;  // characters of a transcript

// Code points, which is columns for all that reports print (±, † and ‡ are one each).
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string line(const Sheet& sheet, const std::vector<std::size_t>& widths,
                 const std::vector<std::string>& texts) {
  std::string line;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string padding(widths[i] - width(texts[i]), ' ');
    if (i > 0) line += "  ";
    line += sheet.columns[i].number ? padding + texts[i] : texts[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string format_text(const Table& table) {
  const Sheet sheet = results::sheet(table);
  std::vector<std::vector<std::string>> rows;
  for (const Sheet::Row& row : sheet.rows) {
    auto& texts = rows.emplace_back();
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string text = plain(row.cells[i]);
      texts.push_back(sheet.columns[i].wide ? plain_text(text, kWidestText) : text);
    }
  }
  std::vector<std::string> headings;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
    headings.push_back(sheet.columns[i].name);
    widths.push_back(width(headings.back()));
    for (const auto& row : rows) widths.back() = std::max(widths.back(), width(row[i]));
  }
  std::string text = table.title + "\n";
  std::size_t total = 0;
  for (const std::size_t one : widths) total += one + 2;
  text += line(sheet, widths, headings) + std::string(total > 2 ? total - 2 : 0, '-') + "\n";
  for (const auto& row : rows) text += line(sheet, widths, row);
  if (rows.empty()) text += "(no rows yet)\n";
  for (const std::string& note : table.notes) text.append("  ").append(note).append("\n");
  return text;
}

}  // namespace missmodal::results
