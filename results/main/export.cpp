// missmodal-report export DB --csv DIR

#include <memory>

#include "results/export_csv.h"
#include "results/main/commands.h"

namespace missmodal::results {

namespace {

struct ExportOptions {
  std::filesystem::path database;
  std::filesystem::path folder;
  Draws draws = Draws::left_out;
};

}  // namespace

void add_export(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Write the database's tables as comma-separated files");
  command->add_option("database", options->database)->required();
  command->add_option("--csv", options->folder, "a new or empty folder, or one that an export made")
      ->required()
      ->option_text("DIR");
  command->add_flag_callback(
      "--draws", [options] { options->draws = Draws::exported; },
      "also draws.csv: the scores under every single mask draw");
  command->callback([options] { export_csv(options->database, options->folder, options->draws); });
}

}  // namespace missmodal::results
