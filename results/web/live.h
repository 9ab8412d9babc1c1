#pragma once
// What a sweep that runs in this process knows sooner than its database.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "results/status.h"

namespace missmodal::results::web {

struct LiveCell {
  std::string cell;
  int attempt = 0;
  double running_seconds = 0;
  std::optional<sweeps::EpochRecord> last;  // its latest epoch
  int best_epoch = 0;
  std::optional<double> best_valid_mae;
};

struct Live {
  std::vector<LiveCell> running;
  std::vector<WorkerRow> workers;  // by rank
  std::optional<Remaining> remaining;
};

// The stored status with what is known better of the attempts that it names, and of the workers.
Status merged(const Status& stored, const Live& live);

}  // namespace missmodal::results::web
