#pragma once
// Metrics follow from predictions: whatever conditions, draws or rules a sweep asks for now, the rows of a
// trained cell can be computed again without its model (docs/database.md).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "results/patience.h"
#include "sweeps/condition.h"

namespace missmodal::results {

struct RescoreOptions {
  unsigned threads = 0;  // that evaluate; 0: one for each processor. The results do not depend on it
  // First (0, total), then after every cell; never called where there is nothing to do. May be empty.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

struct Rescored {
  std::int64_t cells = 0;     // whose rows were computed again
  std::int64_t diverged = 0;  // of them, with a prediction that is not finite: never accepted any more
};

// What a sweep file asks for, to be taken over into its database.
struct AskedEvaluation {
  std::string sweep_name;
  sweeps::EvaluationPlan plan;
};

// Under the lease. Without `asked`: what the database asks for already, which an interrupted rescore or
// another version of the program may have left undone. Each cell is one transaction: after a kill every cell
// has rows for exactly what it says, and the next call does the rest. Throws InputError for a file that is no
// database of ours or of another sweep, RunError where another process writes it.
Rescored rescore(const std::filesystem::path& database, const AskedEvaluation* asked,
                 const RescoreOptions& options, Patience patience = {});

}  // namespace missmodal::results
