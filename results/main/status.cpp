// missmodal-report status DB

#include "results/status.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "results/main/commands.h"
#include "results/run_verdict.h"

namespace missmodal::results {

namespace {

struct StatusOptions {
  std::filesystem::path database;
  bool json = false;
  bool exit_code = false;
  std::optional<std::string> run;  // a token
};

void print(const StatusOptions& options, const Status& status) {
  std::fputs((options.json ? status_json(status) : status_text(status)).c_str(), stdout);
}

}  // namespace

void add_status(CLI::App& app, int& code) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand("status", "Say how far a sweep is, and how it ended");
  command->add_option("database", options->database)->required();
  command->add_flag("--json", options->json, "print one JSON object");
  CLI::Option* wanted = command->add_flag("--exit-code", options->exit_code,
                                          "return what the sweep's last run returned (4: no verdict yet)");
  command
      ->add_option(
          "--run", options->run,
          "with --exit-code: return what the run started with --run-token TOKEN returned (1: nothing)")
      ->needs(wanted)
      ->option_text("TOKEN");
  command->callback([options, &code] {
    if (options->run) {
      const RunVerdict verdict = run_verdict(options->database, *options->run);
      code = verdict.exit_code;
      if (!verdict.line.empty()) std::fprintf(stderr, "%s\n", verdict.line.c_str());
      if (verdict.known) print(*options, read_status(options->database));
      return;
    }
    const Status status = read_status(options->database);
    print(*options, status);
    if (options->exit_code) code = exit_code(status);
  });
}

}  // namespace missmodal::results
