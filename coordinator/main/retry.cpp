// missmodal retry: parked cells wait again.

#include "results/retry.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "coordinator/main/commands.h"
#include "sweeps/error.h"

namespace missmodal::coordinator {
namespace {

struct RetryOptions {
  std::string database;
  std::string cell;
  bool failed = false;
};

void retry(const RetryOptions& options, bool one) {
  if (one && options.cell.empty()) throw InputError("--cell", "needs the beginning of a cell's id");
  results::Patience patience;
  patience.tell = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  const int cells = results::retry(options.database, options.cell, std::move(patience));
  if (cells == 0) {
    fmt::print("no cell is parked\n");
  } else {
    fmt::print("{} {} again; run the sweep to train {}\n", cells, cells == 1 ? "cell waits" : "cells wait",
               cells == 1 ? "it" : "them");
  }
}

}  // namespace

void add_retry(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<RetryOptions>();
  CLI::App* command =
      app.add_subcommand("retry", "Let parked cells be tried again, as if they had never failed");
  command->add_option("database", options->database)->required();
  CLI::Option* cell =
      command->add_option("--cell", options->cell, "one cell: its id, or as much of it as is unique");
  CLI::Option* failed = command->add_flag("--failed", options->failed, "every parked cell; the default");
  cell->excludes(failed);
  command->callback([options, cell] { retry(*options, cell->count() > 0); });
}

}  // namespace missmodal::coordinator
