#pragma once
// The subcommands of the program missmodal-report, one file each. add_X() declares the subcommand and its
// flags on `app`; when the user chose it, its callback prints to standard output and stores the exit code
// (sweeps/exit_code.h). Exceptions pass through to main, which prints InputError as one line per mistake
// (exit 2) and anything else as one line (exit 1).

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/report.h"
#include "results/table.h"

namespace missmodal::results {

void add_all(CLI::App& app, int& exit_code);
void add_diff(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_export(CLI::App& app, int& exit_code);
void add_figure(CLI::App& app, int& exit_code);
void add_query(CLI::App& app, int& exit_code);
void add_rescore(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_table(CLI::App& app, int& exit_code);

// What `--format` accepts.
inline const std::map<std::string, Format> kFormats{{"text", Format::text},
                                                    {"markdown", Format::markdown},
                                                    {"latex", Format::latex},
                                                    {"csv", Format::csv},
                                                    {"json", Format::json}};

// A word of `words`, or one line that lists them.
inline void add_format(CLI::App& command, Format& format, const std::string& description,
                       const std::map<std::string, Format>& words = kFormats) {
  // CLI11 puts the last transformation first.
  command.add_option("--format", format, description)
      ->transform(CLI::Transformer(words))
      ->transform(CLI::IsMember(words));
}

// --quoted.
inline void add_quoted_flag(CLI::App& command, Quotes& quotes) {
  command.add_flag_callback(
      "--quoted", [&quotes] { quotes = Quotes::shown; },
      "beside ours, figures taken from publications, marked as such");
}

// What the commands over databases share.
struct ReportOptions {
  std::string exhibit;  // of `table` and `figure`
  std::vector<std::filesystem::path> databases;
  Format format = Format::text;
  std::optional<std::filesystem::path> output;  // of `figure`: the picture; of `all`: the folder
  bool cost = false;                            // what contains times is printed too
  Quotes quotes = Quotes::left_out;
};

}  // namespace missmodal::results
