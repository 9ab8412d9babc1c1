#include "coordinator/cell_table.h"

#include <algorithm>
#include <numeric>

#include "sweeps/error.h"

namespace missmodal::coordinator {

using results::CellState;

bool ended(CellState state) {
  return state == CellState::accepted || state == CellState::diverged || state == CellState::parked;
}

std::int64_t CellCounts::all() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

std::int64_t CellCounts::open() const {
  return in(CellState::pending) + in(CellState::running);
}

std::optional<CellHandle> CellTable::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

CellHandle CellTable::at(std::string_view id) const {
  const auto found = find(id);
  MISSMODAL_CHECK(found.has_value());
  return *found;
}

CellHandle CellTable::add(std::string id) {
  const auto cell = static_cast<CellHandle>(cells_.size());
  cells_.push_back({.id = std::move(id)});
  MISSMODAL_CHECK(by_id_.emplace(cells_.back().id, cell).second);
  return cell;
}

void CellTable::set_state(CellHandle handle, CellState state) {
  Cell& cell = (*this)[handle];
  for (const std::uint32_t stage : combinations_[cell.stages]) {
    places_[stage].add(cell.state, -1);
    places_[stage].add(state, 1);
  }
  if (planned(handle)) {
    planned_cells_.add(cell.state, -1);
    planned_cells_.add(state, 1);
  }
  cell.state = state;
  if (ended(state)) std::string().swap(cell.configuration);  // clear() or an assignment would keep its memory
}

void CellTable::plan(CellHandle handle, std::size_t stage) {
  Cell& cell = (*this)[handle];
  if (stage >= places_.size()) places_.resize(stage + 1);
  places_[stage].add(cell.state, 1);
  if (!planned(handle)) planned_cells_.add(cell.state, 1);
  const auto [with, fresh] =
      with_stage_.try_emplace({cell.stages, stage}, static_cast<std::uint32_t>(combinations_.size()));
  if (fresh) {
    Stages stages = combinations_[cell.stages];
    stages.push_back(static_cast<std::uint32_t>(stage));
    combinations_.push_back(std::move(stages));
  }
  cell.stages = with->second;
}

std::size_t CellTable::first_stage(CellHandle cell) const {
  const Stages& stages = combinations_[(*this)[cell].stages];
  MISSMODAL_CHECK(!stages.empty());
  return *std::min_element(stages.begin(), stages.end());
}

CellCounts CellTable::places(std::size_t stage) const {
  return stage < places_.size() ? places_[stage] : CellCounts{};
}

}  // namespace missmodal::coordinator
