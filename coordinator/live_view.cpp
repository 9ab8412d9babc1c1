#include "coordinator/live_view.h"

#include "coordinator/live_rows.h"
#include "coordinator/progress_line.h"

namespace missmodal::coordinator {
namespace {

results::web::LiveCell live_cell(const State& state, const Assignment& assignment) {
  results::web::LiveCell live;
  live.cell = state.cells[assignment.cell].id;
  live.attempt = assignment.attempt;
  live.running_seconds = state.age - assignment.begun;
  if (assignment.curve.empty()) return live;
  live.last = assignment.curve.back();
  for (const sweeps::EpochRecord& epoch : assignment.curve) {
    if (!epoch.best) continue;
    live.best_epoch = epoch.epoch;
    live.best_valid_mae = epoch.valid_mae;
  }
  return live;
}

}  // namespace

results::web::Live live_view(const State& state) {
  results::web::Live live;
  for (const auto& [id, assignment] : state.assignments) {
    if (!assignment.judged) live.running.push_back(live_cell(state, assignment));
  }
  for (const auto& [rank, worker] : state.workers) live.workers.push_back(worker_row(state, rank, worker));
  live.remaining = remaining(state);
  return live;
}

}  // namespace missmodal::coordinator
