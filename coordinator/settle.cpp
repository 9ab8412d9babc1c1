#include "coordinator/settle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "coordinator/dispatch.h"
#include "coordinator/stages.h"
#include "sweeps/exit_code.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;

constexpr std::size_t kShownReasons = 3;

Verdict final_verdict(const State& state) {
  std::string unplanned;
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    if (state.stages[i].planned) continue;
    unplanned += (unplanned.empty() ? "" : ", ") + state.sweep.stages[i].name;
  }
  const CellCounts& cells = state.cells.planned_cells();
  const std::int64_t diverged = cells.in(CellState::diverged);
  const std::int64_t parked = cells.in(CellState::parked);
  std::string text = fmt::format("{} cells accepted, {} diverged, {} parked", cells.in(CellState::accepted),
                                 diverged, parked);
  if (!unplanned.empty()) text += "; no winner to go on with for " + unplanned;
  const bool whole = diverged == 0 && parked == 0 && unplanned.empty();
  return {whole ? kExitOk : kExitIncomplete, text};
}

// "no worker is left: rank 1 on node1: mosi.safetensors: no such file (and 3 more)"; nothing that waits can
// be trained by whoever is left, if anybody is.
Verdict no_gang_verdict(const State& state) {
  std::map<std::string, int> first_of_reason;
  std::size_t gone = 0;
  for (const auto& [rank, worker] : state.workers) {
    if (worker.set_aside.empty()) continue;
    ++gone;
    first_of_reason.try_emplace(worker.set_aside, rank);
  }
  const int left = state.seats.ranks();
  std::string text =
      left == 0 ? "no worker is left: "
                : fmt::format("a cell needs {} ranks, too few of the {} that are left can train it: ",
                              state.queue.widest(), left);
  std::size_t shown = 0;
  for (const auto& [reason, rank] : first_of_reason) {
    if (++shown > kShownReasons) break;
    text +=
        fmt::format("{}rank {} on {}: {}", shown == 1 ? "" : "; ", rank, state.workers.at(rank).host, reason);
  }
  const std::size_t others = gone - std::min(first_of_reason.size(), kShownReasons);
  if (others > 0) text += fmt::format(" (and {} more)", others);
  return {kExitTrouble, text};
}

void end(State& state, Verdict verdict, Effects& effects) {
  effects.commits.push_back(results::SweepEnded{verdict.exit_code, verdict.text});
  stop_workers(state, effects);
  state.verdict = std::move(verdict);
}

// No cell is to blame: those that were parked wait for the next run.
void give_up(State& state, Effects& effects) {
  results::CellsReleased released;
  for (const CellHandle cell : std::exchange(state.alike.parked, {})) {
    state.cells.set_state(cell, CellState::pending);
    state.queue.push_back(cell, demand_of(state, cell));
    released.cells.push_back(state.cells[cell].id);
  }
  if (!released.cells.empty()) effects.commits.emplace_back(std::move(released));
  close(state,
        {kExitTrouble, fmt::format("stopped: the first {} attempts all failed alike: {}", state.alike.count,
                                   state.alike.words)},
        effects);
}

}  // namespace

void close(State& state, Verdict verdict, Effects& effects) {
  state.closing = std::move(verdict);
  stop_workers(state, effects);
}

void settle(State& state, Effects& effects) {
  if (state.verdict) return;
  if (!state.closing && state.alike.at_fault) give_up(state, effects);
  if (!state.closing) {
    advance_stages(state, effects);
    if (const auto reason = too_wide(state)) close(state, {kExitBadInput, *reason}, effects);
  }
  if (state.closing) {
    if (state.running == 0) end(state, *state.closing, effects);
    return;
  }
  if (!state.last_orders) dispatch(state, effects);
  if (state.running > 0) return;
  if (state.queue.empty()) {
    end(state, final_verdict(state), effects);
  } else if (state.last_orders) {
    end(state, {kExitInterrupted, "the time is up; the same command goes on"}, effects);
  } else if (state.assignments.empty() && everyone_is_here(state)) {
    end(state, no_gang_verdict(state), effects);
  }
}

}  // namespace missmodal::coordinator
