#include "coordinator/restore.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/winner_review.h"
#include "sweeps/error.h"
#include "sweeps/plan.h"
#include "sweeps/selection_basis.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;

void check_selections(const sweeps::Sweep& sweep) {
  const auto& evaluated = sweep.evaluation.conditions;
  for (const sweeps::Stage& stage : sweep.stages) {
    if (!stage.select) continue;
    if (std::find(evaluated.begin(), evaluated.end(), stage.select->condition) == evaluated.end()) {
      throw InputError("stages." + stage.name + ".select.condition", "is not among evaluation.conditions");
    }
  }
}

std::map<std::string, results::StoredWinner> stored_winners(const sweeps::Sweep& sweep,
                                                            const results::Store& store) {
  std::map<std::string, results::StoredWinner> stored;
  for (const sweeps::Stage& stage : sweep.stages) {
    if (const auto point = store.selected_point(stage.name)) {
      stored[stage.name] = {*point, store.selected_basis(stage.name).value_or("{}"), {}};
    }
  }
  return stored;
}

void restore_stages(State& state, const results::Store& store) {
  const auto stored = stored_winners(state.sweep, store);
  const WinnerReview review = review_winners(state.sweep, state.hashes, stored);
  if (!state.reselect && !review.mistakes.empty()) throw InputError(review.mistakes);
  state.stages.resize(state.sweep.stages.size());
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    const sweeps::Stage& stage = state.sweep.stages[i];
    StageProgress& progress = state.stages[i];
    if (!stage.from.empty()) progress.expected = sweeps::planned_cells(state.sweep, stage);
    if (stage.select) {
      for (const auto& [id, value] : store.validation_values(stage.select->metric, stage.select->condition)) {
        progress.values[state.cells.at(id)] = value;
      }
    }
    if (const auto winner = review.fitting.find(stage.name); winner != review.fitting.end()) {
      progress.winner = winner->second;
      const auto basis = sweeps::parse_selection_basis(stored.at(stage.name).basis);
      progress.without_parked = basis ? basis->without_parked : 0;
    }
    progress.stale_winner =
        std::find(review.stale.begin(), review.stale.end(), stage.name) != review.stale.end();
  }
}

}  // namespace

State restore(sweeps::Sweep sweep, sweeps::ContentHashes hashes, const results::Store& store,
              const RestoreOptions& options) {
  check_selections(sweep);
  State state;
  state.sweep = std::move(sweep);
  state.hashes = std::move(hashes);
  state.accept_parked = options.accept_parked;
  state.reselect = options.reselect;
  state.mixed_devices = options.mixed_devices;
  state.last_assignment = store.last_assignment();
  for (const results::Machine& machine : store.machines()) state.machines.insert(machine);
  for (const results::CellRecord& record : store.cells()) {
    const CellHandle cell = state.cells.add(record.id);
    state.cells.set_state(cell, record.state == CellState::running ? CellState::pending : record.state);
    state.cells[cell].attempts = record.attempts;
    state.cells[cell].counted_failures = record.counted_failures;
    state.cells[cell].fruitless_losses = record.fruitless_losses;
    state.any_accepted = state.any_accepted || record.state == CellState::accepted;
  }
  if (state.sweep.resources.keep == sweeps::Keep::best) {
    for (const auto& [id, valid_mae] : store.best_valid_mae())
      state.valid_mae[state.cells.at(id)] = valid_mae;
  }
  restore_stages(state, store);
  const std::vector<results::StagePace> took = store.stage_paces();
  for (std::size_t i = 0; i < std::min(took.size(), state.stages.size()); ++i) state.stages[i].took = took[i];
  return state;
}

}  // namespace missmodal::coordinator
