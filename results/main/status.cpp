// missmodal-report status DB

#include "results/status.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "results/main/commands.h"
#include "results/run_verdict.h"
#include "sweeps/terminal.h"

namespace missmodal::results {

namespace {

struct StatusOptions {
  std::filesystem::path database;
  bool json = false;
  bool watch = false;
  bool exit_code = false;
  std::optional<std::string> run;  // a token
};

void print(const StatusOptions& options, const Status& status) {
  std::fputs((options.json ? status_json(status) : status_text(status)).c_str(), stdout);
}

constexpr std::chrono::seconds kWatchInterval{2};
constexpr const char* kFromTheTop = "\033[H\033[J";  // of an ANSI terminal

// Until nobody writes the database any more. Returns the last.
Status watch(const StatusOptions& options) {
  const bool rewritten = !options.json && sweeps::can_rewrite_lines(STDOUT_FILENO);
  std::string before;
  while (true) {
    Status status = read_status(options.database);
    const std::string text = options.json ? status_json(status, -1) : status_text(status);
    if (rewritten) {
      std::fputs((kFromTheTop + text).c_str(), stdout);
    } else if (text != before) {
      std::fputs(((before.empty() || options.json ? "" : "\n") + text).c_str(), stdout);
    }
    std::fflush(stdout);
    before = text;
    if (!status.writer) return status;
    std::this_thread::sleep_for(kWatchInterval);
  }
}

}  // namespace

void add_status(CLI::App& app, int& code) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand("status", "Say how far a sweep is, and how it ended");
  command->add_option("database", options->database)->required();
  command->add_flag("--json", options->json, "print one JSON object");
  CLI::Option* watched = command->add_flag("--watch", options->watch,
                                           "go on until nobody writes the database: every two seconds, in "
                                           "place on a terminal (with --json one object a line)");
  CLI::Option* wanted = command->add_flag("--exit-code", options->exit_code,
                                          "return what the sweep's last run returned (4: no verdict yet)");
  command
      ->add_option(
          "--run", options->run,
          "with --exit-code: return what the run started with --run-token TOKEN returned (1: nothing)")
      ->needs(wanted)
      ->excludes(watched)
      ->option_text("TOKEN");
  command->callback([options, &code] {
    if (options->run) {
      const RunVerdict verdict = run_verdict(options->database, *options->run);
      code = verdict.exit_code;
      if (!verdict.line.empty()) std::fprintf(stderr, "%s\n", verdict.line.c_str());
      if (verdict.known) print(*options, read_status(options->database));
      return;
    }
    const Status status = options->watch ? watch(*options) : read_status(options->database);
    if (!options->watch) print(*options, status);
    if (options->exit_code) code = exit_code(status);
  });
}

}  // namespace missmodal::results
