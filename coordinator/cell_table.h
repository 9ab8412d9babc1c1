#pragma once
// The cells that a sweep plans, and those that its database holds of earlier plans: known by small handles,
// and counted as they change, so that no event has to look at all of them.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "results/store.h"

namespace missmodal::coordinator {

enum class CellHandle : std::uint32_t {};

struct Cell {
  std::string id;
  std::string configuration =
      {};  // canonical JSON; empty once the cell has ended, and where no stage plans it
  std::string text_weights = {};
  int ranks = 1;                                           // that train it together
  int attempts = 0;                                        // started so far, in this run and before
  int counted_failures = 0;                                // that count towards max_attempts
  int fruitless_losses = 0;                                // without a word, since the last new checkpoint
  results::CellState state = results::CellState::pending;  // changed by CellTable::set_state alone
  std::uint32_t stages = 0;                                // CellTable's own
};

bool ended(results::CellState state);

// How many cells are in each state.
class CellCounts {
 public:
  std::int64_t in(results::CellState state) const { return counts_[static_cast<std::size_t>(state)]; }
  std::int64_t all() const;
  std::int64_t open() const;  // pending or running
  void add(results::CellState state, std::int64_t count) {
    counts_[static_cast<std::size_t>(state)] += count;
  }
  bool operator==(const CellCounts&) const = default;

 private:
  std::array<std::int64_t, 5> counts_{};
};

class CellTable {
 public:
  CellTable() = default;
  CellTable(CellTable&&) = default;  // no copies: the index points into the cells
  CellTable& operator=(CellTable&&) = default;

  std::size_t size() const { return cells_.size(); }
  std::optional<CellHandle> find(std::string_view id) const;
  CellHandle at(std::string_view id) const;  // precondition: it is there
  CellHandle add(std::string id);            // precondition: it is not; pending, and planned by no stage
  Cell& operator[](CellHandle cell) { return cells_[static_cast<std::size_t>(cell)]; }
  const Cell& operator[](CellHandle cell) const { return cells_[static_cast<std::size_t>(cell)]; }

  // Drops the configuration of a cell that ended.
  void set_state(CellHandle cell, results::CellState state);
  // The stage has one place more for the cell.
  void plan(CellHandle cell, std::size_t stage);
  bool planned(CellHandle cell) const { return (*this)[cell].stages != 0; }

  // The first stage of the sweep file that plans it; precondition: one does.
  std::size_t first_stage(CellHandle cell) const;

  // A stage's places by the state of their cells: a cell with two places counts twice.
  CellCounts places(std::size_t stage) const;
  // Cells that some stage plans, each once.
  const CellCounts& planned_cells() const { return planned_cells_; }

 private:
  // The stages of a cell, one for each place, in order. Few combinations are different: a cell names one.
  using Stages = std::vector<std::uint32_t>;

  std::deque<Cell> cells_;  // their ids stay where they are
  std::unordered_map<std::string_view, CellHandle> by_id_;
  std::vector<Stages> combinations_{{}};
  std::map<std::pair<std::uint32_t, std::size_t>, std::uint32_t> with_stage_;  // combination and one more
  std::vector<CellCounts> places_;                                             // by stage
  CellCounts planned_cells_;
};

}  // namespace missmodal::coordinator
