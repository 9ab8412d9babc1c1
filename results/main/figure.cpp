// missmodal-report figure WORD DB...

#include <array>
#include <cstdio>
#include <memory>

#include "results/curve.h"
#include "results/main/commands.h"
#include "results/report.h"

namespace missmodal::results {

namespace {

// The table, the curve on a terminal, and the areas under it; a file of commas or JSON holds the table alone.
std::string figure_text(const ReportOptions& options) {
  const Exhibit exhibit = figure_exhibit(options.exhibit);
  if (options.format == Format::csv || options.format == Format::json)
    return format(report(exhibit, options.databases), options.format);
  const auto tables = reports(std::array{exhibit, Exhibit::area}, options.databases);
  std::string text = format(tables.front(), options.format);
  if (options.format == Format::text) text.append("\n").append(curve_text(tables.front()));
  if (const Table below = area_below(exhibit, tables.back()); !below.rows.empty())
    text.append("\n").append(format(below, options.format));
  return text;
}

}  // namespace

void add_figure(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "figure", "Print a curve: MAE with and without MissModal as ever more is missing, and the area below");
  command
      ->add_option(
          "figure", options->exhibit,
          "3 (MOSI) or 4 (MOSEI) text missing; missing_rate, instance as other protocols define them")
      ->required();
  command->add_option("databases", options->databases, "one or several databases, side by side")->required();
  add_format(*command, options->format, "text, markdown, latex, csv or json");
  command->callback([options] { std::fputs(figure_text(*options).c_str(), stdout); });
}

}  // namespace missmodal::results
