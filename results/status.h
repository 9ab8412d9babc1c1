#pragma once
// How far a sweep is, from its database alone.

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/remaining.h"
#include "results/worker_row.h"
#include "sweeps/trial_result.h"

namespace missmodal::results {

inline constexpr std::array<std::string_view, 5> kCellStates{"pending", "running", "accepted", "diverged",
                                                             "parked"};

struct StageStatus {
  std::string name;
  std::string kind;  // search, repeat
  int planned =
      0;  // cells, duplicates counted; the states below may sum to less while a stage waits for its search
  std::map<std::string, int>
      states;  // pending, running, accepted, diverged, parked: cells, duplicates counted
  std::optional<std::string> selected_point;
  std::optional<double> selected_value;
};

struct Failure {
  std::string cell;
  int attempt = 0;
  std::string failure;  // its class
  std::string message;
};

// An attempt that runs.
struct RunningCell {
  std::string cell;
  int attempt = 0;
  std::string stage;    // the first that plans it
  std::string variant;  // "" where the stage has none
  std::string point;    // of a search, canonical JSON; "{}" of a repeat
  std::string host;     // the leader's, as the device
  std::string device;
  std::vector<int> ranks;  // the leader first
  double running_seconds = 0;
  std::optional<sweeps::EpochRecord> last;  // its latest epoch
  int best_epoch = 0;
  std::optional<double> best_valid_mae;
};

// The best trial of a search without a winner: the lowest validation MAE on complete modalities.
struct BestSoFar {
  std::string stage;
  std::string point;
  double valid_mae = 0;
};

struct Status {
  std::filesystem::path database;  // as it was named
  std::string sweep;
  std::string dataset;
  bool synthetic = false;
  std::vector<StageStatus> stages;   // in the sweep file's order
  std::map<std::string, int> cells;  // distinct cells by state; cells of dropped stages too
  int attempts = 0;
  int running = 0;                         // attempts
  int running_ranks = 0;                   // that train them
  std::vector<RunningCell> running_cells;  // as they were started
  std::vector<WorkerRow> workers;          // by rank, as they were told at most five seconds ago
  std::optional<Remaining> remaining;      // nothing unless it runs
  std::vector<BestSoFar> best;
  std::vector<Failure> failures;  // each cell's last failure, unless it was accepted since; the latest first
  int runs = 0;
  double elapsed_seconds = 0;  // of all runs: from a run's start to its verdict, or to the last it wrote
  std::optional<std::string> writer;  // who writes the database now
  std::optional<int> exit_code;       // of the last run; nothing while it goes on or if it was killed
  std::string verdict;
};

// Throws as report() does. `now_unix` is what ages are counted to.
Status read_status(const std::filesystem::path& database, double now_unix);
Status read_status(const std::filesystem::path& database);

// What `status --exit-code` returns: the last run's, and kExitInterrupted for one without a verdict.
int exit_code(const Status& status);

std::string status_text(const Status& status);
std::string status_json(const Status& status, int indent = 2);  // -1: on one line

}  // namespace missmodal::results
