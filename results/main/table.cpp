// missmodal-report table WORD DB...

#include <cstdio>
#include <memory>

#include "results/main/commands.h"
#include "results/report.h"
#include "sweeps/error.h"

namespace missmodal::results {

void add_table(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command =
      app.add_subcommand("table", "Print one of the paper's tables, 1 to 8, or of other protocols");
  command
      ->add_option(
          "table", options->exhibit,
          "1 complete, 2 text missing, 3 and 4 audio or vision missing, "
          "5 ablation, 6 a single modality, 7 utterances, 8 parameters; missmac, missing_rate, imbalanced; "
          "area: the area under each curve")
      ->required();
  command->add_option("databases", options->databases, "one or several databases, side by side")->required();
  add_quoted_flag(*command, options->quotes);
  command->add_flag("--cost", options->cost, "table 8 with times and memory, which differ from run to run");
  add_format(*command, options->format, "text, markdown, latex, csv or json");
  command->callback([options] {
    Exhibit exhibit = table_exhibit(options->exhibit);
    if (options->cost) {
      if (exhibit != Exhibit::table8) throw InputError("table", "only table 8 has a --cost");
      exhibit = Exhibit::cost;
    }
    const Table table = report(exhibit, options->databases, options->quotes);
    std::fputs(format(table, options->format).c_str(), stdout);
  });
}

}  // namespace missmodal::results
