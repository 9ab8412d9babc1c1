#include "coordinator/live_rows.h"

#include <algorithm>
#include <utility>

namespace missmodal::coordinator {
namespace {

results::WorkerCondition condition_of(const WorkerState& worker) {
  if (worker.lost) return results::WorkerCondition::lost;
  if (worker.assignment) return results::WorkerCondition::training;
  if (!worker.set_aside.empty()) return results::WorkerCondition::set_aside;
  return worker.stopped ? results::WorkerCondition::left : results::WorkerCondition::idle;
}

}  // namespace

results::WorkerRow worker_row(const State& state, int rank, const WorkerState& worker) {
  results::WorkerRow row;
  row.rank = rank;
  row.host = worker.host;
  row.device = worker.device;
  row.processor = worker.processor;
  row.condition = condition_of(worker);
  row.reason = worker.set_aside;
  row.unheard_seconds = worker.unheard;
  if (worker.beat.memory_bytes > 0) row.memory_bytes = worker.beat.memory_bytes;
  row.processors = worker.processors;
  if (!worker.assignment) return row;
  const Assignment& assignment = state.assignments.at(*worker.assignment);
  const auto member = std::find_if(assignment.members.begin(), assignment.members.end(),
                                   [rank](const worker::Member& one) { return one.rank == rank; });
  if (member != assignment.members.end()) row.device = member->device;
  row.cell = state.cells[assignment.cell].id;
  row.attempt = assignment.attempt;
  if (worker.beat.assignment == assignment.id) row.batches = worker.beat.progress;
  return row;
}

std::vector<results::Change> live_rows(const State& state) {
  std::vector<results::Change> rows;
  for (const auto& [id, assignment] : state.assignments) {
    if (assignment.judged || assignment.written == assignment.curve.size()) continue;
    const auto first = assignment.curve.begin() + static_cast<std::ptrdiff_t>(assignment.written);
    rows.emplace_back(results::AttemptProgressed{
        state.cells[assignment.cell].id, assignment.attempt, {first, assignment.curve.end()}});
  }
  results::WorkersSeen seen;
  for (const auto& [rank, worker] : state.workers) seen.workers.push_back(worker_row(state, rank, worker));
  rows.emplace_back(std::move(seen));
  return rows;
}

void note_written(State& state) {
  for (auto& [id, assignment] : state.assignments) assignment.written = assignment.curve.size();
}

}  // namespace missmodal::coordinator
