// missmodal-report: tables and curves from a sweep's database, while it runs or afterwards. Needs neither MPI
// nor LibTorch.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "results/main/commands.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

int main(int argc, char** argv) {
  using namespace missmodal;
  CLI::App app{"missmodal-report: the paper's tables from a sweep's database", "missmodal-report"};
  app.set_version_flag("--version", MISSMODAL_VERSION);
  app.require_subcommand(1);
  int exit_code = kExitOk;
  results::add_table(app, exit_code);
  results::add_figure(app, exit_code);
  results::add_all(app, exit_code);
  results::add_status(app, exit_code);
  try {
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw RunError("standard output: cannot write");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitBadInput;
  } catch (const InputError& error) {
    for (const Mistake& mistake : error.mistakes()) {
      std::fprintf(stderr, "%s: %s\n", mistake.place.c_str(), mistake.reason.c_str());
    }
    return kExitBadInput;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "missmodal-report: %s\n", error.what());
    return kExitTrouble;
  }
  return exit_code;
}
