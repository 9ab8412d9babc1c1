#include "coordinator/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "coordinator/seats.h"

namespace missmodal::coordinator {

SideBySide side_by_side(const JobShape& job, const sweeps::Resources& resources, int ranks_per_trial) {
  const int per_host = job.per_host > 0 ? std::min(job.per_host, job.ranks) : job.ranks;
  const bool gpus =
      resources.device == "cuda" || (resources.device == "auto" && resources.trials_per_gpu > 1);
  const int gpus_of_host = (per_host + resources.trials_per_gpu - 1) / resources.trials_per_gpu;
  const auto host_of = [&](int rank) { return (rank - 1) / per_host; };
  Seats seats;
  for (int rank = 1; rank <= job.ranks; ++rank) {
    const int local = (rank - 1) % per_host;
    seats.sit(rank, fmt::format("host {}", host_of(rank)),
              gpus ? fmt::format("cuda:{}", local % gpus_of_host) : "cpu");
  }
  SideBySide result;
  for (;;) {
    const std::vector<int> gang = seats.gang(gpus ? "cuda" : "cpu", {.ranks = ranks_per_trial}, {});
    if (gang.empty()) break;
    std::set<int> hosts;
    for (const int rank : gang) {
      seats.take(rank, resources.trials_per_gpu);
      hosts.insert(host_of(rank));
    }
    ++result.trials;
    if (hosts.size() > 1) ++result.spanning;
  }
  result.idle_ranks = job.ranks - seats.working();
  return result;
}

}  // namespace missmodal::coordinator
