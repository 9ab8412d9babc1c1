#pragma once
// A database with made-up numbers that a reader can check by hand, and what tests do with files and programs.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "results/store.h"
#include "results/table.h"
#include "tests/results/recipe.h"

namespace missmodal::results {

// An attempt of one rank, or led by it, with an assignment of its own.
AttemptStarted started(const std::string& cell, int attempt, AttemptMember leader, int threads = 1);

// An empty folder of the running test's own.
std::filesystem::path scratch_folder();

std::string read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, std::string_view bytes);

struct Finished {
  int exit_code = 0;
  std::string output;  // standard output and error together
};
Finished run_shell(const std::string& command);

// One number from the database, by a connection of its own.
std::int64_t count(const std::filesystem::path& database, const std::string& query);
std::string text(const std::filesystem::path& database, const std::string& query);

// One value of a table, by the column's name; all texts of a column.
Value at(const Table& table, std::size_t row, const std::string& column);
std::vector<std::string> texts(const Table& table, const std::string& column);

// The same, its sweep file asking for this evaluation.
Provenance asking(const std::vector<std::string>& conditions, int draws);
std::vector<StageRecord> stages();  // search, final (from search), ablation (from search)
std::vector<SplitRecord> splits();  // valid and test of 8 utterances: 3 positive, 1 zero, 4 negative
Store open_store(const std::filesystem::path& database, Patience patience = {});

// What a trial of `recipe` could yield: 310 rows of metrics, predictions, two epochs. With k = seed - 1111:
//   MissModal's MAE is 0.7 + 0.01 k, each term that it lacks adds 0.05; `without` has 1.0 + 0.02 k.
//   A condition adds rate/1000, a single modality 0.2, two of them 0.1; Corr is 1 - MAE, accuracies 1 - MAE/2
//   and a constant. `first` is 0.5 above the mean, `expected` and validation 0.25 below: no table may show
//   those.
sweeps::TrialResult trial_result(
    const Recipe& recipe, const std::vector<sweeps::Condition>& conditions = sweeps::paper_conditions());

// Starts the attempt at the cell and accepts it.
void accept(Store& store, const std::string& cell, const sweeps::TrialResult& result, int attempt = 1);

// search: two cells; final: MissModal; ablation: all eight subsets; seeds 1111..1113, all accepted but the
// last seed of `without`, which was parked after two failures. The run ended with exit code 3.
// `winding`: the same accepted in the other order, most cells after failures and interruptions.
enum class History { direct, winding };
std::filesystem::path fabricate(const std::filesystem::path& database, History history = History::direct);

}  // namespace missmodal::results
