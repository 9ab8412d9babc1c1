// missmodal-report explain CELL DB

#include "results/explain.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "results/main/commands.h"

namespace missmodal::results {

namespace {

struct ExplainOptions {
  std::string cell;
  std::filesystem::path database;
  bool json = false;
};

}  // namespace

void add_explain(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      app.add_subcommand("explain", "Tell a cell's story: its attempts, why it is where it is, what to do");
  command->add_option("cell", options->cell, "its id, or as much of it as is unique")->required();
  command->add_option("database", options->database)->required();
  command->add_flag("--json", options->json, "print one JSON object");
  command->callback([options] {
    const CellStory story = explain(options->database, options->cell);
    std::fputs((options->json ? story_json(story) : story_text(story)).c_str(), stdout);
  });
}

}  // namespace missmodal::results
