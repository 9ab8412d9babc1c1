#include "coordinator/handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include "coordinator/dispatch.h"
#include "coordinator/selection_metric.h"
#include "coordinator/stages.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using sweeps::FailureClass;
using sweeps::Stage;

// So many first failures, all with the same words, and the sweep stops instead of parking cell after cell.
constexpr int kFailuresAlike = 3;
constexpr std::size_t kShownReasons = 3;

Verdict final_verdict(const State& state) {
  std::unordered_set<std::string> accepted, diverged, parked;
  std::string unplanned;
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    if (!state.stages[i].planned) {
      unplanned += (unplanned.empty() ? "" : ", ") + state.sweep.stages[i].name;
    }
    for (const auto& planned : state.stages[i].cells) {
      const CellState cell = state.cells.at(planned.id).state;
      (cell == CellState::accepted   ? accepted
       : cell == CellState::diverged ? diverged
                                     : parked)
          .insert(planned.id);
    }
  }
  std::string text = fmt::format("{} cells accepted, {} diverged, {} parked", accepted.size(),
                                 diverged.size(), parked.size());
  if (!unplanned.empty()) text += "; no winner to go on with for " + unplanned;
  const bool whole = diverged.empty() && parked.empty() && unplanned.empty();
  return {whole ? kExitOk : kExitIncomplete, text};
}

// "no worker is left: rank 1 on node1: mosi.safetensors: no such file (and 3 more)"
Verdict no_worker_verdict(const State& state) {
  std::map<std::string, int> first_of_reason;
  for (const auto& [rank, worker] : state.workers) first_of_reason.try_emplace(worker.set_aside, rank);
  std::string text;
  std::size_t shown = 0;
  for (const auto& [reason, rank] : first_of_reason) {
    if (++shown > kShownReasons) break;
    text +=
        fmt::format("{}rank {} on {}: {}", shown == 1 ? "" : "; ", rank, state.workers.at(rank).host, reason);
  }
  const std::size_t others = state.workers.size() - std::min(first_of_reason.size(), kShownReasons);
  if (others > 0) text += fmt::format(" (and {} more)", others);
  return {kExitTrouble, "no worker is left: " + text};
}

bool no_worker_is_left(const State& state) {
  return state.ranks > 0 && static_cast<int>(state.workers.size()) >= state.ranks &&
         std::all_of(state.workers.begin(), state.workers.end(),
                     [](const auto& worker) { return !worker.second.set_aside.empty(); });
}

void end(State& state, Verdict verdict, Effects& effects) {
  effects.commits.push_back(results::SweepEnded{verdict.exit_code, verdict.text});
  stop_workers(state, effects);
  state.verdict = std::move(verdict);
}

// The sweep ends with this verdict as soon as the running attempts have answered.
void close(State& state, Verdict verdict, Effects& effects) {
  state.closing = std::move(verdict);
  stop_workers(state, effects);
}

// After every event: plan and select what has become possible, give idle workers work, notice the end.
void settle(State& state, Effects& effects) {
  if (state.verdict) return;
  if (state.closing) {
    if (!anything_running(state)) end(state, *state.closing, effects);
    return;
  }
  advance_stages(state, effects);
  dispatch(state, effects);
  if (anything_running(state)) return;
  if (state.queue.empty()) {
    end(state, final_verdict(state), effects);
  } else if (no_worker_is_left(state)) {
    end(state, no_worker_verdict(state), effects);
  }
}

// The worker is idle again. Returns what it worked on; nothing where its message is about something else.
std::optional<Assignment> release(State& state, int rank, worker::AssignmentId id) {
  const auto worker = state.workers.find(rank);
  if (worker == state.workers.end() || worker->second.assignment != id) return std::nullopt;
  worker->second.assignment.reset();
  const auto assignment = state.assignments.find(id);
  MISSMODAL_CHECK(assignment != state.assignments.end());
  Assignment released = std::move(assignment->second);
  state.assignments.erase(assignment);
  return released;
}

// The attempt says nothing about the cell, which is the next to be tried.
void give_back(State& state, const Assignment& assignment, FailureClass failure, const std::string& message,
               Effects& effects) {
  state.cells.at(assignment.cell).state = CellState::pending;
  state.queue.push_front(assignment.cell);
  effects.commits.push_back(
      results::AttemptFailed{assignment.cell, assignment.attempt, failure, message, false});
}

void note_failure(State& state, int rank, Cell& cell, const worker::Failed& failed) {
  if (!sweeps::counts(failed.failure)) return;
  ++cell.counted_failures;
  cell.failed_on.insert(rank);
  if (!sweeps::worth_retrying(failed.failure)) cell.misfit_for.insert(rank);
  if (state.any_accepted) return;
  std::string words = fmt::format("{}: {}", sweeps::name(failed.failure), failed.message);
  if (words != state.alike.words) state.alike = {std::move(words), 0, {}, {}};
  ++state.alike.count;
  state.alike.ranks.insert(rank);
}

// Enough first failures alike, and not all the fault of one worker among several.
bool sweep_is_at_fault(const State& state) {
  return state.alike.count >= kFailuresAlike && !state.any_accepted &&
         (state.alike.ranks.size() > 1 || !another_worker(state, state.alike.ranks));
}

// A cell has had its chances once two workers failed it, where there are two.
bool used_up(const State& state, const Cell& cell) {
  const auto tried_enough = [&](const std::set<int>& ranks) {
    return ranks.size() > 1 || !another_worker(state, ranks);
  };
  if (!cell.misfit_for.empty() && tried_enough(cell.misfit_for)) return true;
  return cell.counted_failures >= state.sweep.resources.max_attempts && tried_enough(cell.failed_on);
}

// No cell is to blame: those that were parked wait for the next run.
void give_up(State& state, Effects& effects) {
  for (const std::string& id : state.alike.parked) {
    state.cells.at(id).state = CellState::pending;
    state.queue.push_back(id);
  }
  if (!state.alike.parked.empty()) {
    effects.commits.push_back(results::CellsReleased{std::exchange(state.alike.parked, {})});
  }
  close(state,
        {kExitTrouble, fmt::format("stopped: the first {} attempts all failed alike: {}", state.alike.count,
                                   state.alike.words)},
        effects);
}

// Why this worker cannot work for this sweep; "" if it can.
std::string unfit(const State& state, const worker::Ready& ready) {
  if (ready.protocol != worker::kProtocolVersion) {
    return fmt::format("it speaks protocol {}, not {}: another version of the program", ready.protocol,
                       worker::kProtocolVersion);
  }
  if (state.sweep.resources.device == "cuda" && ready.device != "cuda") {
    return "resources.device: cuda, but it sees no GPU";
  }
  return "";
}

// A training that ended well but predicts what is no number has diverged.
sweeps::TrialResult judged(const sweeps::TrialResult& result) {
  if (result.outcome != sweeps::Outcome::finished || sweeps::predictions_are_finite(result)) return result;
  sweeps::TrialResult diverged = result;
  diverged.outcome = sweeps::Outcome::diverged;
  diverged.diverged_step = 0;
  diverged.predictions.clear();
  diverged.metrics.clear();
  return diverged;
}

}  // namespace

Effects on_start(State& state) {
  Effects effects;
  begin_stages(state, effects);
  settle(state, effects);
  return effects;
}

Effects on_ready(State& state, int rank, const worker::Ready& ready) {
  Effects effects;
  WorkerState& worker = state.workers[rank];
  if (worker.assignment) {
    give_back(state, *release(state, rank, *worker.assignment), FailureClass::lost, "its rank started anew",
              effects);
  }
  const bool on_gpu = ready.device == "cuda" && state.sweep.resources.device != "cpu";
  worker = {.host = ready.host,
            .device = ready.device,
            .gpus = ready.gpus,
            .local = ready.local,
            .processor = on_gpu ? ready.gpu : ready.processor,
            .libtorch = ready.libtorch,
            .set_aside = worker.set_aside};
  if (state.verdict || state.closing || !worker.set_aside.empty()) {
    effects.sends.push_back({rank, worker::Stop{}});
    worker.stopped = true;
  } else if (const std::string reason = unfit(state, ready); !reason.empty()) {
    set_aside(state, rank, reason, effects);
  }
  settle(state, effects);
  return effects;
}

Effects on_finished(State& state, int rank, const worker::Finished& finished) {
  if (finished.result.outcome == sweeps::Outcome::interrupted) {
    return on_failed(state, rank, {finished.assignment, FailureClass::interrupted, "it was interrupted", {}});
  }
  Effects effects;
  const auto assignment = release(state, rank, finished.assignment);
  if (!assignment) return effects;
  sweeps::TrialResult result = judged(finished.result);
  const bool diverged = result.outcome == sweeps::Outcome::diverged;
  state.cells.at(assignment->cell).state = diverged ? CellState::diverged : CellState::accepted;
  state.any_accepted = true;
  if (!diverged) {
    state.machines.insert(machine_of(state, state.workers.at(rank)));
    for (std::size_t i = 0; i < state.stages.size(); ++i) {
      const Stage& stage = state.sweep.stages[i];
      if (!stage.select) continue;
      const auto value = selection_metric(result, *stage.select);
      if (value) state.stages[i].values[assignment->cell] = *value;
    }
  }
  effects.commits.push_back(
      results::AttemptFinished{assignment->cell, assignment->attempt, std::move(result)});
  settle(state, effects);
  return effects;
}

Effects on_failed(State& state, int rank, const worker::Failed& failed) {
  Effects effects;
  const auto assignment = release(state, rank, failed.assignment);
  if (!assignment) return effects;
  if (failed.failure == FailureClass::worker_fault) {
    give_back(state, *assignment, failed.failure, failed.message, effects);
    set_aside(state, rank, failed.message, effects);
    settle(state, effects);
    return effects;
  }
  Cell& cell = state.cells.at(assignment->cell);
  note_failure(state, rank, cell, failed);
  const bool stop = !state.closing && sweep_is_at_fault(state);
  const bool park = !stop && sweeps::counts(failed.failure) && used_up(state, cell);
  cell.state = park ? CellState::parked : CellState::pending;
  if (park && !state.any_accepted) state.alike.parked.push_back(assignment->cell);
  if (!park) state.queue.push_back(assignment->cell);
  effects.commits.push_back(
      results::AttemptFailed{assignment->cell, assignment->attempt, failed.failure, failed.message, park});
  if (stop) give_up(state, effects);
  settle(state, effects);
  return effects;
}

Effects on_interrupt(State& state) {
  Effects effects;
  if (state.verdict || state.closing) return effects;
  close(state, {kExitInterrupted, "interrupted; the same command goes on"}, effects);
  settle(state, effects);
  return effects;
}

}  // namespace missmodal::coordinator
