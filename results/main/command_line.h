#pragma once
// From the words of a command line to an exit code; both programs' main.

#include <CLI/CLI.hpp>

namespace missmodal::results {

// Parses and runs what was chosen. A word that the program does not know, and an InputError, is kExitBadInput
// and one line a mistake on standard error; any other exception is kExitTrouble and one line; else what the
// command stored in `exit_code`. --help and --version print and are kExitOk.
int run_command_line(CLI::App& app, int argc, char** argv, const int& exit_code);

}  // namespace missmodal::results
