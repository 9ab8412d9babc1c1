#include "coordinator/parts.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "coordinator/dispatch.h"
#include "coordinator/judgement.h"
#include "sweeps/error.h"

namespace missmodal::coordinator {

Assignment* end_part(State& state, int rank, worker::AssignmentId id) {
  WorkerState* const worker = state.workers.find(rank);
  if (worker == nullptr || worker->assignment != id) return nullptr;
  worker->assignment.reset();
  state.seats.release(rank);
  Assignment& assignment = state.assignments.at(id);
  assignment.holders.erase(rank);
  return &assignment;
}

void cancel(Assignment& assignment, Effects& effects) {
  if (std::exchange(assignment.cancelled, true)) return;
  for (const int rank : assignment.holders) {
    Outgoing& outgoing = effects.sends.emplace_back();  // g++ 12 warns of a braced one (maybe-uninitialized)
    outgoing.rank = rank;
    outgoing.message = worker::Cancel{assignment.id};
  }
}

void conclude(State& state, Assignment& assignment, Effects& effects) {
  if (!assignment.holders.empty()) return;
  if (!assignment.judged) fail_unexplained(state, assignment, effects);
  state.assignments.erase(assignment.id);
}

void take_for_dead(State& state, int rank, const std::string& reason, Effects& effects) {
  WorkerState& worker = state.workers.at(rank);
  MISSMODAL_CHECK(!worker.assignment);
  if (state.seats.sits(rank)) state.seats.leave(rank);
  worker.lost = true;
  worker.set_aside = reason;
  effects.remarks.push_back(fmt::format("rank {} on {} is taken for dead: {}", rank, worker.host, reason));
}

void set_aside_silent(State& state, Assignment& assignment, const std::vector<int>& silent,
                      Effects& effects) {
  for (const int rank : silent) {
    if (assignment.holders.erase(rank) == 0) continue;
    WorkerState& worker = state.workers.at(rank);
    worker.assignment.reset();
    worker.silent = true;
    const std::string reason =
        fmt::format("it did not answer its gang for {} s", state.sweep.resources.collective_seconds);
    if (assignment.silent.empty()) {
      assignment.silent = fmt::format("rank {} on {} did not answer for {} s", rank, worker.host,
                                      state.sweep.resources.collective_seconds);
    }
    set_aside(state, rank, reason, effects);
  }
}

}  // namespace missmodal::coordinator
