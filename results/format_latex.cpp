// Table environments in the booktabs style: as many as a long table takes pages.

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "results/escape_latex.h"
#include "results/sheet.h"

namespace missmodal::results {

namespace {

constexpr std::size_t kLinesOfAPage = 54;
constexpr std::string_view kFit =
    "% Needs booktabs; with graphicx, what is wider than the line is scaled to it.\n"
    "\\providecommand{\\missmodalfit}[1]{\\ifdefined\\resizebox"
    "\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{#1}\\else#1\\fi}\n";

// A hyphen before a digit, and one that stands alone, is a minus.
std::string with_minus(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool first = i == 0 || text[i - 1] == ' ';
    const bool minus = text[i] == '-' && first && i + 1 < text.size() &&
                       (text[i + 1] == ' ' || (text[i + 1] >= '0' && text[i + 1] <= '9'));
    result += minus ? std::string("$-$") : std::string(1, text[i]);
  }
  return result;
}

std::string printed(const Sheet::Part& part) {
  std::string text = with_minus(escape_latex(part.text));
  if (part.mark == Mark::best) text = "\\textbf{" + text + "}";
  if (part.mark == Mark::second) text = "\\underline{" + text + "}";
  if (!part.spread.empty()) text += "{\\tiny\\," + escape_latex(part.spread) + "}";
  return text;
}

// A transcript: a word that no line holds breaks too.
std::string broken(std::string_view text) {
  constexpr std::size_t kLongestWord = 24;  // characters
  std::string latex = "\\raggedright ";
  std::size_t begin = 0;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;  // within a character
    if (text[i] == ' ') characters = 0;
    if (++characters <= kLongestWord) continue;
    latex.append(escape_latex(text.substr(begin, i - begin))).append("\\hspace{0pt}");
    begin = i;
    characters = 1;
  }
  return latex + escape_latex(text.substr(begin));
}

std::string printed(const Sheet& sheet, const Sheet::Row& row) {
  std::string line = row.apart ? "\\addlinespace\n" : "";
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (i > 0) line += " & ";
    std::string text;
    if (sheet.columns[i].wide) {
      line += broken(plain(row.cells[i]));
      continue;
    }
    for (const Sheet::Part& part : row.cells[i]) text.append(text.empty() ? "" : "/").append(printed(part));
    // Two intervals beside each other would be the widest of all.
    if (text.find(" to ") != std::string::npos && row.cells[i].size() > 1) {
      text = "\\begin{tabular}[t]{@{}r@{}}" + printed(row.cells[i][0]) + "\\\\[-1pt]" +
             printed(row.cells[i][1]) + "\\end{tabular}";
    }
    line += row.below && !text.empty() ? "{\\tiny " + (i == 0 ? "\\quad " + text : text) + "}" : text;
  }
  return line + " \\\\\n";
}

// The title without its number, which LaTeX gives.
std::string caption(const std::string& title) {
  const std::size_t colon = title.find(": ");
  const bool numbered = title.starts_with("Table ") || title.starts_with("Figure ");
  std::string text = numbered && colon != std::string::npos ? title.substr(colon + 2) : title;
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return escape_latex(text);
}

// Where each page's rows begin: under another condition, or at least not between a row and what belongs to
// it.
std::vector<std::size_t> pages(const Sheet& sheet) {
  std::vector<std::size_t> begins{0};
  std::size_t conditions = 0;
  std::size_t models = 0;
  for (std::size_t i = 0; i < sheet.rows.size(); ++i) {
    if (sheet.rows[i].apart) conditions = i;
    if (!sheet.rows[i].below) models = i;
    if (i - begins.back() >= kLinesOfAPage)
      begins.push_back(conditions > begins.back() ? conditions : models);
  }
  begins.push_back(sheet.rows.size());
  return begins;
}

}  // namespace

std::string format_latex(const Table& table) {
  const Sheet sheet = results::sheet(table, Columns::joined);
  std::string alignment;
  std::string headings;
  for (const auto& column : sheet.columns) {
    alignment += column.wide ? "p{.45\\textwidth}" : column.number ? "r" : "l";
    headings.append(headings.empty() ? "" : " & ").append(escape_latex(column.name));
  }
  std::string text(kFit);
  const std::vector<std::size_t> begins = pages(sheet);
  for (std::size_t page = 0; page + 1 < begins.size(); ++page) {
    text += (page == 0 ? "" : "\n") +
            fmt::format(
                "\\begin{{table*}}\n\\centering\n{}\\caption{{{}}}\n\\smallskip\n\\scriptsize\n"
                "\\setlength{{\\tabcolsep}}{{2.5pt}}\n\\missmodalfit{{\\begin{{tabular}"
                "}{{{}}}\n\\toprule\n{} \\\\\n\\midrule\n",
                page == 0 ? "" : "\\addtocounter{table}{-1}\n",
                page == 0 ? caption(table.title) : "continued", alignment, headings);
    for (std::size_t i = begins[page]; i < begins[page + 1]; ++i) {
      Sheet::Row row = sheet.rows[i];
      row.apart = row.apart && i > begins[page];
      text += printed(sheet, row);
    }
    text += "\\bottomrule\n\\end{tabular}}\n";
    if (page + 2 < begins.size()) text += "\\end{table*}\n";
  }
  text += "\n\\medskip\n\\begin{minipage}{\\textwidth}\\scriptsize\n";
  if (sheet.marked) text.append(kMarksNote).append("\n\n");
  for (const std::string& note : table.notes) text.append(escape_latex(note)).append("\n\n");
  text.pop_back();
  return text + "\\end{minipage}\n\\end{table*}\n";
}

}  // namespace missmodal::results
