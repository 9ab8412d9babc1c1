#include "coordinator/restore.h"

#include <algorithm>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;

void check_selections(const sweeps::Sweep& sweep) {
  const auto& evaluated = sweep.evaluation.conditions;
  for (const sweeps::Stage& stage : sweep.stages) {
    if (!stage.is_search()) continue;
    if (std::find(evaluated.begin(), evaluated.end(), stage.select->condition) == evaluated.end()) {
      throw InputError("stages." + stage.name + ".select.condition", "is not among evaluation.conditions");
    }
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
  state.stored_value = [&store](const std::string& cell, const std::string& metric,
                                const sweeps::Condition& condition) {
    return store.validation_value(cell, metric, condition);
  };
  state.stages.resize(state.sweep.stages.size());
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    state.stages[i].winner = store.selected_point(state.sweep.stages[i].name).value_or("");
  }
  for (const results::CellRecord& record : store.cells()) {
    Cell& cell = state.cells[record.id];
    cell.state = record.state == CellState::running ? CellState::pending : record.state;
    cell.attempts = record.attempts;
    cell.counted_failures = record.counted_failures;
    state.any_accepted = state.any_accepted || cell.state == CellState::accepted;
  }
  return state;
}

}  // namespace missmodal::coordinator
