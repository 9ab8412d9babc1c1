// missmodal: runs sweeps, and everything around one trial.

#include <CLI/CLI.hpp>

#include "coordinator/main/commands.h"
#include "results/main/command_line.h"
#include "sweeps/exit_code.h"
#include "sweeps/version.h"

int main(int argc, char** argv) {
  using namespace missmodal;
  CLI::App app{"missmodal: a sweep over MissModal's whole experiment matrix, under mpirun", "missmodal"};
  app.set_version_flag("--version", std::string(sweeps::program_version()));
  app.require_subcommand(1);
  int exit_code = kExitOk;
  coordinator::add_run(app, exit_code);
  coordinator::add_retry(app, exit_code);
  coordinator::add_check(app, exit_code);
  coordinator::add_plan(app, exit_code);
  coordinator::add_complexity(app, exit_code);
  coordinator::add_train(app, exit_code);
  coordinator::add_predict(app, exit_code);
  coordinator::add_embed(app, exit_code);
  coordinator::add_data(app, exit_code);
  coordinator::add_doctor(app, exit_code);
  return results::run_command_line(app, argc, argv, exit_code);
}
