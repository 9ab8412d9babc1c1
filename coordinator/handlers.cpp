#include "coordinator/handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "coordinator/selection_metric.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using sweeps::FailureClass;
using sweeps::Stage;

// So many first failures, all with the same words, and the sweep stops instead of parking cell after cell.
constexpr int kFailuresAlike = 3;

bool ended(CellState state) {
  return state == CellState::accepted || state == CellState::diverged || state == CellState::parked;
}

StageProgress& progress_of(State& state, const Stage& stage) {
  return state.stages[static_cast<std::size_t>(&stage - state.sweep.stages.data())];
}

// The point that the stage builds on: "" for none, or not selected yet.
std::string winner_before(State& state, const Stage& stage) {
  if (stage.from.empty()) return "";
  const Stage* search = sweeps::find_stage(state.sweep, stage.from);
  MISSMODAL_CHECK(search != nullptr);
  return progress_of(state, *search).winner;
}

// Plans a stage: its cells enter the database before the first of them is dispatched.
void plan(State& state, const Stage& stage, Effects& effects) {
  StageProgress& progress = progress_of(state, stage);
  const std::string winner = winner_before(state, stage);
  progress.cells = sweeps::plan_stage(
      state.sweep, stage, winner.empty() ? sweeps::Settings{} : sweeps::parse_point(winner), state.hashes);
  progress.planned = true;
  effects.commits.push_back(results::StagePlanned{stage.name, progress.cells});
  for (sweeps::PlannedCell& planned : progress.cells) {
    Cell& cell = state.cells[planned.id];
    if (cell.configuration.empty()) {  // new, or known from the database by its id alone
      cell.configuration = planned.configuration;
      cell.text_weights = planned.text_weights;
      if (cell.state == CellState::pending) state.queue.push_back(planned.id);
    }
    if (cell.state == CellState::accepted && stage.is_search()) {
      const auto value = state.stored_value(planned.id, stage.select->metric, stage.select->condition);
      if (value) progress.values[planned.id] = *value;
    }
    planned.configuration.clear();
  }
}

bool all_ended(const State& state, const StageProgress& progress) {
  return std::all_of(progress.cells.begin(), progress.cells.end(),
                     [&](const auto& planned) { return ended(state.cells.at(planned.id).state); });
}

// A finished search picks its winner, once. Nothing happens where no point qualifies or a parked cell blocks.
void select(const State& state, const Stage& stage, StageProgress& progress, Effects& effects) {
  std::vector<sweeps::ScoredTrial> trials;
  for (const auto& planned : progress.cells) {
    const CellState cell = state.cells.at(planned.id).state;
    if (cell == CellState::parked && !state.accept_parked) return;
    sweeps::ScoredTrial trial{planned.plan_index, planned.point};
    const auto value = progress.values.find(planned.id);
    if (cell == CellState::accepted && value != progress.values.end()) {
      trial.value = value->second;
    } else {
      trial.state = cell == CellState::parked ? sweeps::ScoredTrial::State::parked
                                              : sweeps::ScoredTrial::State::diverged;
    }
    trials.push_back(std::move(trial));
  }
  const auto winner = sweeps::select_winner(trials, stage.select->minimize);
  if (!winner) return;
  progress.winner = winner->point;
  effects.commits.push_back(results::StageSelected{stage.name, winner->point, winner->value});
}

void advance_stages(State& state, Effects& effects) {
  for (const Stage& stage : state.sweep.stages) {
    StageProgress& progress = progress_of(state, stage);
    const bool can_plan = stage.from.empty() || !winner_before(state, stage).empty();
    if (!progress.planned && can_plan) plan(state, stage, effects);
    if (progress.planned && stage.is_search() && progress.winner.empty() && all_ended(state, progress)) {
      select(state, stage, progress, effects);
    }
  }
}

std::string device_of(const State& state, const WorkerState& worker) {
  return state.sweep.resources.device == "cpu" ? "cpu" : worker.device;
}

worker::Assign assign_message(const State& state, const WorkerState& worker, const std::string& id,
                              const Cell& cell) {
  return {id,
          cell.attempts,
          cell.configuration,
          state.sweep.dataset_path,
          state.hashes.dataset_sha256,
          cell.text_weights,
          sweeps::weights_sha256_of(cell.configuration),
          state.sweep.evaluation,
          device_of(state, worker),
          state.sweep.resources.threads_per_trial};
}

void dispatch(State& state, Effects& effects) {
  for (auto& [rank, worker] : state.workers) {
    if (state.queue.empty()) return;
    if (worker.assignment) continue;
    const std::string id = std::move(state.queue.front());
    state.queue.pop_front();
    Cell& cell = state.cells.at(id);
    cell.state = CellState::running;
    ++cell.attempts;
    worker.assignment = Assignment{id, cell.attempts};
    effects.commits.push_back(
        results::AttemptStarted{id, cell.attempts, rank, worker.host, device_of(state, worker),
                                state.sweep.resources.threads_per_trial, worker.processor, worker.libtorch});
    effects.sends.push_back({rank, assign_message(state, worker, id, cell)});
  }
}

bool anything_running(const State& state) {
  return std::any_of(state.workers.begin(), state.workers.end(),
                     [](const auto& worker) { return worker.second.assignment.has_value(); });
}

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

void stop_workers(State& state, Effects& effects) {
  for (auto& [rank, worker] : state.workers) {
    if (!worker.stopped) effects.sends.push_back({rank, worker::Stop{}});
    worker.stopped = true;
  }
}

void end(State& state, Verdict verdict, Effects& effects) {
  effects.commits.push_back(results::SweepEnded{verdict.exit_code, verdict.text});
  stop_workers(state, effects);
  state.verdict = std::move(verdict);
}

// After every event: plan and select what has become possible, give idle workers work, notice the end.
void settle(State& state, Effects& effects) {
  if (state.verdict) return;
  if (state.interrupted) {
    if (!anything_running(state))
      end(state, {kExitInterrupted, "interrupted; the same command goes on"}, effects);
    return;
  }
  if (state.failures_alike >= kFailuresAlike) {
    end(state,
        {kExitTrouble, fmt::format("stopped: the first {} attempts all failed alike: {}",
                                   state.failures_alike, state.first_failure)},
        effects);
    return;
  }
  advance_stages(state, effects);
  dispatch(state, effects);
  if (state.queue.empty() && !anything_running(state)) end(state, final_verdict(state), effects);
}

// The worker is idle again; false where its message is about something else than what it was given.
bool release(State& state, int rank, const std::string& cell, int attempt) {
  const auto worker = state.workers.find(rank);
  if (worker == state.workers.end() || !worker->second.assignment) return false;
  const Assignment& assignment = *worker->second.assignment;
  if (assignment.cell != cell || assignment.attempt != attempt) return false;
  worker->second.assignment.reset();
  return true;
}

void note_failure(State& state, const worker::Failed& failed) {
  const std::string words = fmt::format("{}: {}", sweeps::name(failed.failure), failed.message);
  if (state.any_accepted || !sweeps::counts(failed.failure)) return;
  if (state.failures_alike == 0) state.first_failure = words;
  state.failures_alike = words == state.first_failure ? state.failures_alike + 1 : 0;
}

}  // namespace

Effects on_start(State& state) {
  Effects effects;
  settle(state, effects);
  return effects;
}

Effects on_ready(State& state, int rank, const worker::Ready& ready) {
  Effects effects;
  if (ready.protocol != worker::kProtocolVersion) {
    throw RunError(fmt::format("rank {} on {} speaks protocol {}, not {}: another version of the program",
                               rank, ready.host, ready.protocol, worker::kProtocolVersion));
  }
  state.workers[rank] = {ready.host, ready.device, ready.processor, ready.libtorch, std::nullopt, false};
  if (state.verdict || state.interrupted) {
    stop_workers(state, effects);
  } else if (state.sweep.resources.device == "cuda" && ready.device == "cpu") {
    end(state,
        {kExitBadInput,
         fmt::format("resources.device: cuda, but rank {} on {} sees no GPU", rank, ready.host)},
        effects);
  } else {
    dispatch(state, effects);
  }
  return effects;
}

Effects on_finished(State& state, int rank, const worker::Finished& finished) {
  Effects effects;
  if (!release(state, rank, finished.cell, finished.attempt)) return effects;
  Cell& cell = state.cells.at(finished.cell);
  const bool diverged = finished.result.outcome == sweeps::Outcome::diverged;
  cell.state = diverged ? CellState::diverged : CellState::accepted;
  state.any_accepted = true;
  if (!diverged) {
    for (const Stage& stage : state.sweep.stages) {
      if (!stage.is_search()) continue;
      StageProgress& progress = progress_of(state, stage);
      const auto value = selection_metric(finished.result, *stage.select);
      if (value) progress.values[finished.cell] = *value;
    }
  }
  effects.commits.push_back(results::AttemptFinished{finished.cell, finished.attempt, finished.result});
  settle(state, effects);
  return effects;
}

Effects on_failed(State& state, int rank, const worker::Failed& failed) {
  Effects effects;
  if (!release(state, rank, failed.cell, failed.attempt)) return effects;
  Cell& cell = state.cells.at(failed.cell);
  cell.counted_failures += sweeps::counts(failed.failure) ? 1 : 0;
  const bool park =
      !sweeps::worth_retrying(failed.failure) || cell.counted_failures >= state.sweep.resources.max_attempts;
  cell.state = park ? CellState::parked : CellState::pending;
  if (!park) state.queue.push_back(failed.cell);
  note_failure(state, failed);
  effects.commits.push_back(
      results::AttemptFailed{failed.cell, failed.attempt, failed.failure, failed.message, park});
  settle(state, effects);
  return effects;
}

Effects on_interrupt(State& state) {
  Effects effects;
  if (state.verdict || state.interrupted) return effects;
  state.interrupted = true;
  stop_workers(state, effects);
  settle(state, effects);
  return effects;
}

}  // namespace missmodal::coordinator
