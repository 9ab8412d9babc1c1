// missmodal-report rescore DB [SWEEP.yaml]

#include "results/rescore.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "results/main/commands.h"
#include "sweeps/sweep_file.h"
#include "sweeps/terminal.h"

namespace missmodal::results {

namespace {

struct Options {
  std::filesystem::path database;
  std::filesystem::path sweep_file;
  std::vector<std::string> overrides;
};

// One line rewritten in place.
void show_progress(std::int64_t done, std::int64_t total) {
  const bool last = done == total;
  if (last || done % 20 == 0) {
    std::fprintf(stderr, "\r%lld of %lld cells scored again%s", static_cast<long long>(done),
                 static_cast<long long>(total), last ? "\n" : "");
  }
}

void run(const Options& options) {
  std::optional<AskedEvaluation> asked;
  if (!options.sweep_file.empty()) {
    const sweeps::Sweep sweep = sweeps::read_sweep(options.sweep_file, options.overrides);
    asked = {sweep.name, sweep.evaluation};
  }
  RescoreOptions rescore_options;
  if (sweeps::can_rewrite_lines(STDERR_FILENO)) rescore_options.progress = show_progress;
  Patience patience;
  patience.tell = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  const Rescored rescored =
      rescore(options.database, asked ? &*asked : nullptr, rescore_options, std::move(patience));
  if (rescored.cells == 0) {
    std::puts("nothing to score again");
    return;
  }
  std::printf("%lld cells scored again\n", static_cast<long long>(rescored.cells));
  if (rescored.diverged > 0) {
    std::printf("%lld of them have predictions that are not finite: they are diverged now\n",
                static_cast<long long>(rescored.diverged));
  }
}

}  // namespace

void add_rescore(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("rescore", "Compute the metrics of trained cells again, from their predictions");
  command->add_option("database", options->database)->required();
  CLI::Option* file = command->add_option(
      "sweep", options->sweep_file,
      "the sweep file whose evaluation is wanted; without it, what the database asks for");
  command->add_option("--set", options->overrides, "key=value, over the sweep file; may be repeated")
      ->allow_extra_args(false)
      ->needs(file);
  command->callback([options] { run(*options); });
}

}  // namespace missmodal::results
