// A table environment in the booktabs style.

#include <string>
#include <string_view>

#include "results/table.h"

namespace missmodal::results {

namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (text.substr(i).starts_with("±")) {
      result += "$\\pm$";
      i += std::string_view("±").size() - 1;
    } else if (text.substr(i).starts_with("†")) {
      result += "$\\dagger$";
      i += std::string_view("†").size() - 1;
    } else if (text.substr(i).starts_with("‡")) {
      result += "$\\ddagger$";
      i += std::string_view("‡").size() - 1;
    } else if (c == '\\') {
      result += "\\textbackslash{}";
    } else if (c == '~') {
      result += "\\textasciitilde{}";
    } else if (c == '^') {
      result += "\\textasciicircum{}";
    } else if (c == '<' || c == '>' || c == '|') {
      result.append("$").append(1, c).append("$");
    } else if (std::string_view("&%$#_{}").find(c) != std::string_view::npos) {
      result.append("\\").append(1, c);
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

std::string format_latex(const Table& table) {
  const Sheet sheet = results::sheet(table);
  std::string alignment;
  std::string headings;
  for (const auto& column : sheet.columns) {
    alignment += column.number ? 'r' : 'l';
    headings.append(headings.empty() ? "" : " & ").append(escaped(column.name));
  }
  std::string text = "\\begin{table}\n\\centering\n\\caption{" + escaped(table.title) +
                     "}\n\\begin{tabular}{" + alignment + "}\n\\toprule\n" + headings + " \\\\\n\\midrule\n";
  for (const auto& row : sheet.rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line.append(i > 0 ? " & " : "").append(escaped(row[i]));
    text += line + " \\\\\n";
  }
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : table.notes)
    text.append("\n\\footnotesize ").append(escaped(note)).append("\n");
  return text + "\\end{table}\n";
}

}  // namespace missmodal::results
