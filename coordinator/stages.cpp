#include "coordinator/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/selection.h"
#include "sweeps/selection_basis.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using sweeps::Stage;

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

// What was chosen on top of the winner goes with it.
void forget_winner(State& state, const Stage& stage, Effects& effects) {
  StageProgress& progress = progress_of(state, stage);
  if (progress.winner.empty() && !progress.stale_winner) return;
  effects.commits.push_back(results::StageDeselected{stage.name});
  progress.winner.clear();
  progress.stale_winner = false;
  progress.without_parked = 0;
  for (const Stage& other : state.sweep.stages) {
    if (other.from == stage.name) forget_winner(state, other, effects);
  }
}

int count_parked(const State& state, const StageProgress& progress) {
  return static_cast<int>(std::count_if(
      progress.cells.begin(), progress.cells.end(),
      [&](const auto& planned) { return state.cells.at(planned.id).state == CellState::parked; }));
}

// A winner that --accept-parked had chosen, where trials that were passed over wait or have ended since.
void review_parked(State& state, const Stage& stage, StageProgress& progress, Effects& effects) {
  if (count_parked(state, progress) >= progress.without_parked) return;
  if (state.reselect) return forget_winner(state, stage, effects);
  effects.remarks.push_back(
      fmt::format("stages.{}: its winner was chosen without {} parked trials, of which some are parked no "
                  "longer; --reselect chooses anew",
                  stage.name, progress.without_parked));
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
    planned.configuration.clear();
  }
  review_parked(state, stage, progress, effects);
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
  sweeps::SelectionBasis basis = sweeps::selection_basis(state.sweep, stage, progress.cells);
  basis.without_parked = count_parked(state, progress);
  effects.commits.push_back(
      results::StageSelected{stage.name, winner->point, winner->value, sweeps::text(basis)});
}

}  // namespace

void advance_stages(State& state, Effects& effects) {
  for (const Stage& stage : state.sweep.stages) {
    StageProgress& progress = progress_of(state, stage);
    const bool can_plan = stage.from.empty() || !winner_before(state, stage).empty();
    if (!progress.planned && can_plan) plan(state, stage, effects);
    const bool selects = progress.planned && stage.is_search() && stage.select && progress.winner.empty();
    if (selects && all_ended(state, progress)) select(state, stage, progress, effects);
  }
}

void begin_stages(State& state, Effects& effects) {
  for (const Stage& stage : state.sweep.stages) {
    if (progress_of(state, stage).stale_winner) forget_winner(state, stage, effects);
  }
  advance_stages(state, effects);
  for (const Stage& stage : state.sweep.stages) {
    if (!progress_of(state, stage).planned) effects.commits.push_back(results::StageUnplanned{stage.name});
  }
}

}  // namespace missmodal::coordinator
