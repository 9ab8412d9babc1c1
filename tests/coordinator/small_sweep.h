#pragma once
// A sweep small enough to follow by hand: a search over two values of alpha, then two seeds of two variants.

#include <optional>
#include <string>

#include "coordinator/state.h"
#include "sweeps/trial_result.h"

namespace missmodal::coordinator {

inline sweeps::Sweep small_sweep() {
  sweeps::Sweep sweep;
  sweep.name = "small";
  sweep.dataset_path = "data.safetensors";
  sweep.base.model.text_encoder = sweeps::TextEncoder::sequence;
  sweeps::Stage search;
  search.name = "search";
  search.method = sweeps::Method{sweeps::MethodType::grid, 0, sweeps::Policy::cycle};
  search.parameters = {{"loss.alpha", {0.3, 0.7}, 0, 0, false}};
  search.select = sweeps::Selection{};
  sweeps::Stage repeat;
  repeat.name = "final";
  repeat.from = "search";
  repeat.seeds = {1, 2};
  repeat.variants = {{"without", {{"loss.terms", nlohmann::json::array({"task"})}}}, {"all", {}}};
  sweep.stages = {search, repeat};
  sweep.resources.max_attempts = 2;
  return sweep;
}

inline State small_state() {
  State state;
  state.sweep = small_sweep();
  state.hashes.dataset_sha256 = std::string(64, 'd');
  state.stages.resize(state.sweep.stages.size());
  return state;
}

// What the rank works on.
inline const Assignment& assignment_of(const State& state, int rank) {
  return state.assignments.at(state.workers.at(rank).assignment.value());
}

inline const Cell& cell_of(const State& state, const std::string& id) {
  return state.cells[state.cells.at(id)];
}

// The cell at a place of a stage's plan, and the point there.
inline const Cell& planned_cell(const State& state, std::size_t stage, std::size_t index) {
  return state.cells[state.stages[stage].cells.at(index).cell];
}
inline const std::string& planned_point(const State& state, std::size_t stage, std::size_t index) {
  return state.stages[stage].points.at(state.stages[stage].cells.at(index).point);
}

// A cell as a database of an earlier run holds it.
inline CellHandle stored_cell(State& state, const std::string& id, results::CellState was, int attempts) {
  const CellHandle cell = state.cells.add(id);
  state.cells.set_state(cell, was);
  state.cells[cell].attempts = attempts;
  return cell;
}

// A finished trial whose complete-modality validation MAE is `mae`.
inline sweeps::TrialResult finished_with(double mae) {
  sweeps::TrialResult result;
  result.best_epoch = 1;
  result.epochs = {{1, {{"total", 1.0}}, mae, std::nullopt, true, 0.5}};
  sweeps::MetricRow row;
  row.split = sweeps::SplitName::valid;
  row.metrics.n = 10;
  row.metrics.mae = mae;
  result.metrics.push_back(row);
  row.split = sweeps::SplitName::test;  // must never matter to a selection
  row.metrics.mae = 1 / mae;
  result.metrics.push_back(row);
  return result;
}

}  // namespace missmodal::coordinator
