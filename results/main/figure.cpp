// missmodal-report figure N DB...

#include <cstdio>
#include <memory>

#include "results/curve.h"
#include "results/main/commands.h"
#include "results/report.h"

namespace missmodal::results {

void add_figure(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command =
      app.add_subcommand("figure", "Print the curve of text missing: figure 3 (MOSI) or 4 (MOSEI)");
  command->add_option("number", options->number, "3 or 4")->required();
  command->add_option("databases", options->databases, "one or several databases, side by side")->required();
  add_format(*command, options->format, "text, markdown, latex, csv or json");
  command->callback([options] {
    const Table table = report(figure_exhibit(options->number), options->databases);
    std::fputs(format(table, options->format).c_str(), stdout);
    if (options->format == Format::text) std::printf("\n%s", curve_text(table).c_str());
  });
}

}  // namespace missmodal::results
