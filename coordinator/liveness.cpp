#include "coordinator/liveness.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordinator/dispatch.h"
#include "coordinator/judgement.h"
#include "coordinator/parts.h"
#include "coordinator/settle.h"

namespace missmodal::coordinator {
namespace {

using sweeps::FailureClass;

// The assignment that the rank speaks of, if it works on it.
Assignment* spoken_of(State& state, int rank, worker::AssignmentId id) {
  const WorkerState* const worker = state.workers.find(rank);
  if (worker == nullptr || worker->assignment != id) return nullptr;
  Assignment& assignment = state.assignments.at(id);
  return assignment.judged ? nullptr : &assignment;
}

bool killed_for_memory(const State& state, const WorkerState& worker) {
  const auto told = state.oom_kills.find(worker.host);
  return told != state.oom_kills.end() && told->second > worker.beat.oom_kills;
}

}  // namespace

Effects on_heard(State& state, int rank) {
  Effects effects;
  WorkerState* const found = state.workers.find(rank);
  if (found == nullptr) return effects;
  WorkerState& worker = *found;
  worker.unheard = 0;
  if (!worker.lost || std::exchange(worker.recalled, true)) return effects;
  effects.sends.emplace_back();
  effects.sends.back().rank = rank;
  if (state.verdict || state.closing) {
    effects.sends.back().message = worker::Stop{};
  } else {
    effects.sends.back().message = worker::Rejoin{};
  }
  return effects;
}

void on_beat(State& state, int rank, const worker::Beat& beat) {
  WorkerState* const found = state.workers.find(rank);
  if (found == nullptr) return;
  WorkerState& worker = *found;
  if (worker.beat_age > 0 && state.age > worker.beat_age) {
    worker.processors =
        (beat.processor_seconds - worker.beat.processor_seconds) / (state.age - worker.beat_age);
  }
  worker.beat = beat;
  worker.beat_age = state.age;
  std::int64_t& told = state.oom_kills[worker.host];
  told = std::max(told, beat.oom_kills);
}

Effects on_tick(State& state, double seconds) {
  Effects effects;
  const bool waiting = !everyone_is_here(state);
  state.age += seconds;
  for (auto& [rank, worker] : state.workers) worker.unheard += seconds;
  if (waiting && everyone_is_here(state)) settle(state, effects);
  return effects;
}

std::vector<int> overdue(const State& state) {
  std::vector<int> ranks;
  for (const auto& [rank, worker] : state.workers) {
    const bool waited_for = !worker.lost && (!worker.stopped || worker.assignment);
    if (waited_for && worker.unheard > kSilentSeconds) ranks.push_back(rank);
  }
  return ranks;
}

Effects on_lost(State& state, int rank, const std::optional<std::string>& last_words) {
  Effects effects;
  WorkerState& worker = state.workers.at(rank);
  std::string reason = fmt::format("it gave no sign of life for {:.0f} s", kSilentSeconds);
  if (last_words) reason = "it crashed: " + *last_words;
  if (worker.assignment) {
    Assignment& assignment = *end_part(state, rank, *worker.assignment);
    if (!assignment.judged) {
      if (last_words) {
        fail(state, assignment, rank, {assignment.id, FailureClass::crashed, *last_words, {}}, effects);
      } else if (killed_for_memory(state, worker)) {
        reason = "the kernel killed it: its control group had no memory left (oom_kill)";
        fail(state, assignment, rank, {assignment.id, FailureClass::out_of_memory, reason, {}}, effects);
      } else {
        lose(
            state, assignment,
            fmt::format("rank {} on {} gave no sign of life for {:.0f} s", rank, worker.host, kSilentSeconds),
            effects);
      }
    }
    cancel(assignment, effects);
    conclude(state, assignment, effects);
  }
  take_for_dead(state, rank, reason, effects);
  settle(state, effects);
  return effects;
}

Effects on_resumed(State& state, int rank, const worker::Resumed& resumed) {
  Effects effects;
  if (const Assignment* assignment = spoken_of(state, rank, resumed.assignment)) {
    effects.commits.emplace_back(results::AttemptResumed{
        state.cells[assignment->cell].id, assignment->attempt, {resumed.epoch, resumed.step}});
  }
  return effects;
}

Effects on_saved(State& state, int rank, const worker::Saved& saved) {
  Effects effects;
  if (Assignment* assignment = spoken_of(state, rank, saved.assignment)) {
    assignment->saved = true;
    Cell& cell = state.cells[assignment->cell];
    cell.fruitless_losses = 0;
    effects.commits.emplace_back(
        results::AttemptSaved{cell.id, assignment->attempt, {saved.epoch, saved.step}});
  }
  return effects;
}

void on_progress(State& state, int rank, const worker::Progress& progress) {
  Assignment* assignment = spoken_of(state, rank, progress.assignment);
  if (assignment != nullptr && assignment->members.front().rank == rank)
    assignment->curve.push_back(progress.epoch);
}

Effects on_last_orders(State& state) {
  Effects effects;
  if (state.verdict || state.closing || state.last_orders) return effects;
  state.last_orders = true;
  effects.remarks.push_back("the time is nearly up: no trial is started any more");
  settle(state, effects);
  return effects;
}

}  // namespace missmodal::coordinator
