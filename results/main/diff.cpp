// missmodal-report diff A.db B.db

#include "results/diff.h"

#include <cstdio>
#include <memory>

#include "results/main/commands.h"
#include "sweeps/exit_code.h"

namespace missmodal::results {

namespace {

struct DiffOptions {
  std::filesystem::path a;
  std::filesystem::path b;
  bool json = false;
  bool exit_code = false;
};

}  // namespace

void add_diff(CLI::App& app, int& code) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = app.add_subcommand("diff", "Compare two databases cell by cell: which numbers moved");
  command->add_option("a", options->a)->required()->option_text("A.db");
  command->add_option("b", options->b)->required()->option_text("B.db");
  command->add_flag("--json", options->json, "print one JSON object");
  command->add_flag("--exit-code", options->exit_code, "return 3 where anything differs");
  command->callback([options, &code] {
    const Difference difference = diff(options->a, options->b);
    std::fputs((options->json ? diff_json(difference) : diff_text(difference)).c_str(), stdout);
    if (options->exit_code && !difference.places.empty()) code = kExitIncomplete;
  });
}

}  // namespace missmodal::results
