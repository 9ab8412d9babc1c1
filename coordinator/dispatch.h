#pragma once
// Which worker trains which cell, and which worker trains none.

#include <set>
#include <string>

#include "coordinator/effects.h"
#include "coordinator/state.h"

namespace missmodal::coordinator {

// Gives every idle worker a cell. One that failed on a worker waits for another, where there is one. The
// kind of device, CPU or GPU, is that of the accepted cells, and before there are any that of the attempts
// which run; workers of another kind wait, and are set aside once a cell is accepted.
void dispatch(State& state, Effects& effects);

// The worker is told to leave and gets no cell for the rest of the run. `reason`: one line.
void set_aside(State& state, int rank, const std::string& reason, Effects& effects);

// Whether any worker but these ranks may still train something.
bool another_worker(const State& state, const std::set<int>& except);

bool anything_running(const State& state);

// What the worker's attempts compute on.
results::Machine machine_of(const State& state, const WorkerState& worker);

// Tells every worker that has not been told.
void stop_workers(State& state, Effects& effects);

}  // namespace missmodal::coordinator
