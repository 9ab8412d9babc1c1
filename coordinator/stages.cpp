#include "coordinator/stages.h"

#include <fmt/format.h>

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/dispatch.h"
#include "sweeps/canonical.h"
#include "sweeps/error.h"
#include "sweeps/selection.h"
#include "sweeps/selection_basis.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using sweeps::Stage;

std::size_t index_of(const State& state, const Stage& stage) {
  return static_cast<std::size_t>(&stage - state.sweep.stages.data());
}

StageProgress& progress_of(State& state, const Stage& stage) {
  return state.stages[index_of(state, stage)];
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

int count_parked(const State& state, const Stage& stage) {
  return static_cast<int>(state.cells.places(index_of(state, stage)).in(CellState::parked));
}

// A winner that --accept-parked had chosen, where trials that were passed over wait or have ended since.
void review_parked(State& state, const Stage& stage, StageProgress& progress, Effects& effects) {
  if (count_parked(state, stage) >= progress.without_parked) return;
  if (state.reselect) return forget_winner(state, stage, effects);
  effects.remarks.push_back(
      fmt::format("stages.{}: its winner was chosen without {} parked trials, of which some are parked no "
                  "longer; --reselect chooses anew",
                  stage.name, progress.without_parked));
}

// The cell of a place in the plan: known already, or new.
CellHandle planned_cell(State& state, const sweeps::PlannedCell& planned) {
  const auto known = state.cells.find(planned.id);
  const CellHandle handle = known ? *known : state.cells.add(planned.id);
  Cell& cell = state.cells[handle];
  if (state.cells.planned(handle)) return handle;
  cell.ranks = planned.ranks;
  if (ended(cell.state)) return handle;
  cell.configuration = planned.configuration;
  cell.text_weights = planned.text_weights;
  state.queue.push_back(handle, demand_of(state, handle));
  return handle;
}

// The best of a variant may be known already.
void plan_weights(State& state, const Stage& stage, const std::vector<sweeps::PlannedCell>& cells) {
  const std::vector<PlannedPlace>& places = progress_of(state, stage).cells;
  for (std::size_t i = 0; i < cells.size(); ++i)
    state.kept_weights.plan(places[i].cell, stage.name, cells[i].variant);
  for (const PlannedPlace& place : places) {
    const auto known = state.valid_mae.find(place.cell);
    if (known != state.valid_mae.end()) state.kept_weights.accepted(place.cell, known->second);
  }
}

// Whether the cell's model tells each subset's representation from the others: its fusions are trained.
bool tells_subsets(const sweeps::PlannedCell& cell) {
  const sweeps::Configuration configuration =
      sweeps::parse_configuration(cell.configuration, "cell " + cell.id);
  return configuration.model.name == "missmodal" && configuration.evaluation.route == sweeps::Route::subset;
}

// The first seed of each variant, whatever becomes of it.
void plan_representations(State& state, const Stage& stage, const std::vector<sweeps::PlannedCell>& cells) {
  if (state.sweep.resources.keep_embeddings == sweeps::KeepEmbeddings::none) return;
  std::set<std::string> variants;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (variants.insert(cells[i].variant).second && tells_subsets(cells[i]))
      state.represented.insert(progress_of(state, stage).cells[i].cell);
  }
}

// Plans a stage: its cells enter the database before the first of them is dispatched.
void plan(State& state, const Stage& stage, Effects& effects) {
  StageProgress& progress = progress_of(state, stage);
  const std::string winner = winner_before(state, stage);
  std::vector<sweeps::PlannedCell> cells = sweeps::plan_stage(
      state.sweep, stage, winner.empty() ? sweeps::Settings{} : sweeps::parse_point(winner), state.hashes);
  progress.planned = true;
  std::unordered_map<std::string, std::uint32_t> points;
  progress.cells.reserve(cells.size());
  for (const sweeps::PlannedCell& planned : cells) {
    const CellHandle cell = planned_cell(state, planned);
    state.cells.plan(cell, index_of(state, stage));
    const auto [point, fresh] =
        points.try_emplace(planned.point, static_cast<std::uint32_t>(progress.points.size()));
    if (fresh) progress.points.push_back(planned.point);
    progress.cells.push_back({cell, point->second});
  }
  if (stage.is_search() && stage.select) progress.basis = sweeps::selection_basis(state.sweep, stage, cells);
  if (!stage.is_search()) {
    plan_weights(state, stage, cells);
    plan_representations(state, stage, cells);
  }
  effects.commits.push_back(results::StagePlanned{stage.name, std::move(cells)});
  review_parked(state, stage, progress, effects);
}

// A finished search picks its winner, once. Nothing happens where no point qualifies or a parked cell blocks.
void select(const State& state, const Stage& stage, StageProgress& progress, Effects& effects) {
  if (count_parked(state, stage) > 0 && !state.accept_parked) return;
  std::vector<sweeps::ScoredTrial> trials;
  for (std::size_t i = 0; i < progress.cells.size(); ++i) {
    const auto& [handle, point] = progress.cells[i];
    const CellState cell = state.cells[handle].state;
    sweeps::ScoredTrial trial{static_cast<int>(i), progress.points[point]};
    const auto value = progress.values.find(handle);
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
  sweeps::SelectionBasis basis = progress.basis.value();
  basis.without_parked = count_parked(state, stage);
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
    if (selects && state.cells.places(index_of(state, stage)).open() == 0)
      select(state, stage, progress, effects);
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
