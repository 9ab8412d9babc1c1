#pragma once
// A started sweep of one search whose cells need so many ranks each.

#include <vector>

#include "coordinator/dispatch.h"
#include "coordinator/handlers.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {

inline State sweep_of(const std::vector<int>& widths) {
  State state = small_state();
  state.sweep.stages.pop_back();
  state.stages.pop_back();
  sweeps::Stage& search = state.sweep.stages[0];
  search.select.reset();
  search.parameters = {{"loss.alpha", {}, 0, 0, false}};
  for (std::size_t i = 0; i < widths.size(); ++i) {
    search.parameters[0].values.emplace_back(static_cast<double>(i) / 1e6);
  }
  on_start(state);
  // As if each value had brought its own resources.ranks_per_trial.
  while (const auto front = state.queue.next()) state.queue.take(front->place);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const CellHandle cell = state.stages[0].cells[i].cell;
    state.cells[cell].ranks = widths[i];
    state.queue.push_back(cell, demand_of(state, cell));
  }
  return state;
}

}  // namespace missmodal::coordinator
