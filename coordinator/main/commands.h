#pragma once
// The subcommands of the program missmodal, one file each. add_X() declares the subcommand and its flags on
// `app`; when the user chose it, its callback runs the command and stores the exit code (sweeps/exit_code.h).
// Exceptions pass through to main, which prints InputError as one line per mistake (exit 2) and anything else
// as one line (exit 1).

#include <CLI/CLI.hpp>

namespace missmodal::coordinator {

void add_check(CLI::App& app, int& exit_code);
void add_complexity(CLI::App& app, int& exit_code);
void add_data(CLI::App& app, int& exit_code);  // data import, inspect, synth
void add_doctor(CLI::App& app, int& exit_code);
void add_embed(CLI::App& app, int& exit_code);
void add_plan(CLI::App& app, int& exit_code);
void add_predict(CLI::App& app, int& exit_code);
void add_retry(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_train(CLI::App& app, int& exit_code);

}  // namespace missmodal::coordinator
