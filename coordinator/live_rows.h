#pragma once
// What the database tells of a sweep that runs: the curves of what is trained, and the workers. No result
// follows from it; it is for `missmodal-report status` and the live page.

#include <vector>

#include "coordinator/state.h"
#include "results/change.h"

namespace missmodal::coordinator {

// The epochs that were not written yet, and all workers.
std::vector<results::Change> live_rows(const State& state);

// Those epochs have been written.
void note_written(State& state);

// One worker as others see it.
results::WorkerRow worker_row(const State& state, int rank, const WorkerState& worker);

}  // namespace missmodal::coordinator
