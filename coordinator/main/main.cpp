// missmodal: runs sweeps, and everything around one trial.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "coordinator/main/commands.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

int main(int argc, char** argv) {
  using namespace missmodal;
  CLI::App app{"missmodal: a sweep over MissModal's whole experiment matrix, under mpirun", "missmodal"};
  app.set_version_flag("--version", MISSMODAL_VERSION);
  app.require_subcommand(1);
  int exit_code = kExitOk;
  coordinator::add_run(app, exit_code);
  coordinator::add_check(app, exit_code);
  coordinator::add_plan(app, exit_code);
  coordinator::add_train(app, exit_code);
  coordinator::add_predict(app, exit_code);
  coordinator::add_data(app, exit_code);
  coordinator::add_doctor(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitBadInput;
  } catch (const InputError& error) {
    for (const Mistake& mistake : error.mistakes()) {
      std::fprintf(stderr, "%s: %s\n", mistake.place.c_str(), mistake.reason.c_str());
    }
    return kExitBadInput;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "missmodal: %s\n", error.what());
    return kExitTrouble;
  }
  return exit_code;
}
