#pragma once
// The pending cells in their order. Those that need the same form a lane, so that the first cell which can
// start is found without a look at each that cannot.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "coordinator/cell_table.h"

namespace missmodal::coordinator {

// What a cell needs of the ranks that train it.
struct Demand {
  int ranks = 1;
  int most_on_device = std::numeric_limits<int>::max();  // trials on each of its GPUs, itself included
  std::set<int> failed_on{};                             // ranks to avoid, where there are enough others
  std::strong_ordering operator<=>(const Demand&) const = default;
};

class CellQueue {
 public:
  CellQueue() = default;
  CellQueue(CellQueue&&) = default;  // no copies: the fronts point at the lanes
  CellQueue& operator=(CellQueue&&) = default;

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  int widest() const;  // the most ranks that a cell needs; 0 where none waits

  void push_back(CellHandle cell, const Demand& demand);
  void push_front(CellHandle cell, const Demand& demand);

  // The first cell of a lane. `place` is smaller the sooner it is its turn.
  struct Front {
    std::int64_t place = 0;
    CellHandle cell{};
    const Demand* demand = nullptr;  // valid until the lane's last cell is taken
  };
  // The first of the lanes whose front has its place after this one.
  std::optional<Front> next(std::int64_t place = std::numeric_limits<std::int64_t>::min()) const;
  // Takes a lane's front out.
  void take(std::int64_t place);

 private:
  using Waiting = std::pair<std::int64_t, CellHandle>;
  using Lanes = std::map<Demand, std::deque<Waiting>>;

  Lanes lanes_;  // none of them empty
  std::map<std::int64_t, Lanes::iterator> fronts_;
  std::int64_t first_ = 0;  // place of the next cell that comes first
  std::int64_t last_ = 1;
  std::size_t size_ = 0;
};

}  // namespace missmodal::coordinator
