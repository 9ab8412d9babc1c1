// missmodal-report all DB...

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "results/curve.h"
#include "results/main/commands.h"
#include "results/report.h"

namespace missmodal::results {

namespace {

// Tables 3 and 4, and figures 3 and 4, are one query each; `all` prints it once.
constexpr std::array<Exhibit, 6> kExhibits{Exhibit::table1, Exhibit::table2, Exhibit::table3,
                                           Exhibit::table5, Exhibit::table6, Exhibit::figure3};

std::string all_text(const ReportOptions& options) {
  std::string text;
  for (const Exhibit exhibit : kExhibits) {
    const Table table = report(exhibit, options.databases);
    if (!text.empty()) text += "\n";
    text += format(table, options.format);
    if (exhibit == Exhibit::figure3 && options.format == Format::text)
      text.append("\n").append(curve_text(table));
  }
  return text;
}

std::string all_json(const ReportOptions& options) {
  std::string text;
  for (const Exhibit exhibit : kExhibits) {
    text += text.empty() ? "{\n" : ",\n";
    text.append("\"").append(name(exhibit)).append("\": ");
    std::string rows = format_json(report(exhibit, options.databases));
    rows.pop_back();
    text += rows;
  }
  return text + "\n}\n";
}

}  // namespace

void add_all(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand("all", "Print every table and the curve of text missing");
  command->add_option("databases", options->databases, "one or several databases, side by side")->required();
  std::map<std::string, Format> formats = kFormats;
  formats.erase("csv");  // a file of commas holds one table
  add_format(*command, options->format, "text, markdown, latex or json (an object, one list a table)",
             formats);
  command->callback([options] {
    const std::string text = options->format == Format::json ? all_json(*options) : all_text(*options);
    std::fputs(text.c_str(), stdout);
  });
}

}  // namespace missmodal::results
