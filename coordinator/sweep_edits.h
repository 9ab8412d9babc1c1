#pragma once
// What was changed in a sweep file since the last run of its database, in words, and what becomes of the
// cells.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "results/last_run.h"
#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"

namespace missmodal::coordinator {

// One line for each key that changed: `evaluation.draws: 20, was 10: scored again`. Cells are counted for one
// key that can change them, for several of them together, in a line of its own. A stage whose search has no
// point in `winners` is not planned yet. Empty where nothing changed that counts; one line where the last
// run's file can no longer be read. Precondition: as plan_stage().
std::vector<std::string> edits_since(const results::LastRun& last, const sweeps::Sweep& sweep,
                                     const sweeps::ContentHashes& hashes,
                                     const std::map<std::string, std::string>& winners);

// The same since the last run of this database, with the winners of it that fit; none for a new database.
// Throws as results::read_last_run() and read_winners() do.
std::vector<std::string> edits_since_last_run(const std::filesystem::path& database,
                                              const sweeps::Sweep& sweep, const sweeps::ContentHashes& hashes,
                                              std::chrono::milliseconds patience);

}  // namespace missmodal::coordinator
