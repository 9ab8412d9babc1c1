// missmodal-report serve DB

#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "results/main/commands.h"
#include "results/status.h"
#include "results/web/live_page.h"
#include "sweeps/version.h"

namespace missmodal::results {

namespace {

struct ServeOptions {
  std::filesystem::path database;
  std::string web = "8080";
};

// Before any thread is made, so that none is interrupted: they wait until they are asked for.
sigset_t hold_signals_back() {
  sigset_t ends;
  sigemptyset(&ends);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&ends, signal);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  return ends;
}

void serve(const ServeOptions& options) {
  const web::Address address = web::parse_address(options.web, "--web");
  static_cast<void>(read_status(options.database));  // refuses what is no database of ours
  const sigset_t ends = hold_signals_back();
  web::LivePage page({.database = options.database,
                      .address = address,
                      .place = "--web",
                      .version = std::string(sweeps::program_version()),
                      .tell = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }});
  page.begin();
  std::printf("%s\n", page.url().c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
}

}  // namespace

void add_serve(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand(
      "serve",
      "Show a sweep in a browser, while it runs or afterwards, until Ctrl-C: prints the address to open");
  command->add_option("database", options->database)->required();
  command
      ->add_option("--web", options->web,
                   "where: beyond this machine (as 0.0.0.0:8080) with a token in the address; port 0 is any "
                   "that is free")
      ->option_text("[ADDRESS:]PORT")
      ->capture_default_str();
  command->callback([options] { serve(*options); });
}

}  // namespace missmodal::results
