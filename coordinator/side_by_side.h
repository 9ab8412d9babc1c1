#pragma once
// How many trials run side by side on the ranks of a job: the coordinator's own placing, without a sweep.

#include "sweeps/resources.h"

namespace missmodal::coordinator {

struct JobShape {
  int ranks = 1;     // that train
  int per_host = 0;  // so many on each host, the last may have fewer; 0: all on one
};

struct SideBySide {
  int trials = 0;      // of that width, at the same time
  int spanning = 0;    // of these, on several hosts
  int idle_ranks = 0;  // that are left over
};

// Where the sweep asks for GPUs, or shares them, every host has as many as its ranks need.
SideBySide side_by_side(const JobShape& job, const sweeps::Resources& resources, int ranks_per_trial);

}  // namespace missmodal::coordinator
