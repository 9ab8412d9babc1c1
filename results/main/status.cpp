// missmodal-report status DB

#include "results/status.h"

#include <cstdio>
#include <memory>

#include "results/main/commands.h"

namespace missmodal::results {

namespace {

struct StatusOptions {
  std::filesystem::path database;
  bool json = false;
  bool exit_code = false;
};

}  // namespace

void add_status(CLI::App& app, int& code) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand("status", "Say how far a sweep is, and how it ended");
  command->add_option("database", options->database)->required();
  command->add_flag("--json", options->json, "print one JSON object");
  command->add_flag("--exit-code", options->exit_code,
                    "return what the sweep's last run returned (4: no verdict yet)");
  command->callback([options, &code] {
    const Status status = read_status(options->database);
    std::fputs((options->json ? status_json(status) : status_text(status)).c_str(), stdout);
    if (options->exit_code) code = exit_code(status);
  });
}

}  // namespace missmodal::results
