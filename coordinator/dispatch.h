#pragma once
// Which ranks train which cell, and which rank trains none.

#include <optional>
#include <set>
#include <string>

#include "coordinator/effects.h"
#include "coordinator/state.h"

namespace missmodal::coordinator {

// Gives idle ranks cells, in the queue's order. The members of a gang are of one host where any host has so
// many seats, and never share a GPU. The first cell that cannot start keeps the seats it waits for: it starts
// at the latest when the trials running now have ended; cells behind it may start on all other seats. A cell
// that failed on a rank waits for a gang without it, where there can be one. The kind of device, CPU or GPU,
// is that of the accepted cells, and before there are any that of the attempts which run; workers of another
// kind wait, and are set aside once a cell is accepted.
void dispatch(State& state, Effects& effects);

// What the cell needs of its ranks.
Demand demand_of(const State& state, CellHandle cell);

// The rank takes its seat, idle, or is set aside where its host has no GPU left for it.
void seat(State& state, int rank, Effects& effects);

// The worker is told to leave and gets no cell for the rest of the run. `reason`: one line. Precondition: it
// holds no assignment.
void set_aside(State& state, int rank, const std::string& reason, Effects& effects);

// Ranks that did not answer their gang: they may be dead.
std::set<int> silent_ranks(const State& state);

// Whether a gang of so many could be made without these ranks.
bool another_gang(const State& state, int ranks, const std::set<int>& except);

// Whether every rank of the job has said Ready.
bool everyone_is_here(const State& state);

// Why the job can never train one of the waiting cells, whatever it waits for; nothing while some rank is
// still to come.
std::optional<std::string> too_wide(const State& state);

// What a rank's attempts compute on.
results::Machine machine_of(const State& state, const WorkerState& worker);

// Tells every worker that has not been told.
void stop_workers(State& state, Effects& effects);

}  // namespace missmodal::coordinator
