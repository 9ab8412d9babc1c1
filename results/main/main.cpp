// missmodal-report: tables and curves from a sweep's database, while it runs or afterwards. Needs neither MPI
// nor LibTorch.

#include <CLI/CLI.hpp>

#include "results/main/command_line.h"
#include "results/main/commands.h"
#include "sweeps/exit_code.h"
#include "sweeps/version.h"

int main(int argc, char** argv) {
  using namespace missmodal;
  CLI::App app{"missmodal-report: the paper's tables from a sweep's database", "missmodal-report"};
  app.set_version_flag("--version", std::string(sweeps::program_version()));
  app.require_subcommand(1);
  int exit_code = kExitOk;
  results::add_table(app, exit_code);
  results::add_figure(app, exit_code);
  results::add_all(app, exit_code);
  results::add_status(app, exit_code);
  results::add_explain(app, exit_code);
  results::add_query(app, exit_code);
  results::add_export(app, exit_code);
  results::add_diff(app, exit_code);
  results::add_rescore(app, exit_code);
  results::add_serve(app, exit_code);
  return results::run_command_line(app, argc, argv, exit_code);
}
