// missmodal-report all DB...

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "results/curve.h"
#include "results/main/commands.h"
#include "results/report.h"

namespace missmodal::results {

namespace {

// Tables 3 and 4, figures 3 and 4, and a protocol's table and figure, are one query each; `all` prints it
// once.
constexpr std::array<Exhibit, 11> kExhibits{Exhibit::table1,     Exhibit::table2,       Exhibit::table3,
                                            Exhibit::table5,     Exhibit::table6,       Exhibit::figure3,
                                            Exhibit::missmac,    Exhibit::missing_rate, Exhibit::instance,
                                            Exhibit::imbalanced, Exhibit::area};
constexpr auto kFirstOfOthers = kExhibits.begin() + 6;  // the paper's before it are always printed

// missmac shares its fixed conditions with the paper: they alone are no such evaluation.
bool is_evaluated(Exhibit exhibit, const Table& table) {
  if (exhibit != Exhibit::missmac) return !table.rows.empty();
  const auto condition = find_column(table, "condition");
  return condition && std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
           const auto& text = std::get<std::string>(row[*condition]);
           return text.starts_with("missing_rate") || text.starts_with("instance");
         });
}

std::string printed(Exhibit exhibit, const Table& table, Format one) {
  std::string text = format(table, one);
  const bool curve = !describe(exhibit).area_family.empty();
  if (curve && one == Format::text) text.append("\n").append(curve_text(table));
  return text;
}

std::string all_text(const ReportOptions& options) {
  const auto tables = reports(kExhibits, options.databases);
  const bool json = options.format == Format::json;
  std::string text;
  for (std::size_t i = 0; i < kExhibits.size(); ++i) {
    if (kExhibits.begin() + i >= kFirstOfOthers && !is_evaluated(kExhibits[i], tables[i])) continue;
    if (json) {
      text += text.empty() ? "{\n" : ",\n";
      text.append("\"").append(describe(kExhibits[i]).name).append("\": ");
    } else if (!text.empty()) {
      text += "\n";
    }
    text += printed(kExhibits[i], tables[i], options.format);
    if (json) text.pop_back();
  }
  return json ? text + "\n}\n" : text;
}

}  // namespace

void add_all(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "all", "Print the paper's tables and curve, and what else the sweep evaluated, with the areas");
  command->add_option("databases", options->databases, "one or several databases, side by side")->required();
  std::map<std::string, Format> formats = kFormats;
  formats.erase("csv");  // a file of commas holds one table
  add_format(*command, options->format, "text, markdown, latex or json (an object, one list a table)",
             formats);
  command->callback([options] { std::fputs(all_text(*options).c_str(), stdout); });
}

}  // namespace missmodal::results
