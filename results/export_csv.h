#pragma once
// A database as comma-separated files, for whoever works with them in other programs.

#include <filesystem>

namespace missmodal::results {

enum class Draws { left_out, exported };

// One file for each table, with its columns, in the order of its primary key; predictions.csv has a row for
// each utterance, cell and split, with the seven predictions; draws.csv the scores of every single mask draw,
// computed from the predictions under the evaluation that the sweep asks for now. All of one moment. The
// folder is as OwnedFolder has it. Throws as report() and OwnedFolder do.
void export_csv(const std::filesystem::path& database, const std::filesystem::path& folder, Draws draws);

}  // namespace missmodal::results
