#include "coordinator/cell_queue.h"

#include "sweeps/error.h"

namespace missmodal::coordinator {

int CellQueue::widest() const {
  return lanes_.empty() ? 0 : lanes_.rbegin()->first.ranks;
}

void CellQueue::push_back(CellHandle cell, const Demand& demand) {
  const auto lane = lanes_.try_emplace(demand).first;
  if (lane->second.empty()) fronts_[last_] = lane;
  lane->second.emplace_back(last_++, cell);
  ++size_;
}

void CellQueue::push_front(CellHandle cell, const Demand& demand) {
  const auto lane = lanes_.try_emplace(demand).first;
  if (!lane->second.empty()) fronts_.erase(lane->second.front().first);
  fronts_[first_] = lane;
  lane->second.emplace_front(first_--, cell);
  ++size_;
}

std::optional<CellQueue::Front> CellQueue::next(std::int64_t place) const {
  const auto front = fronts_.upper_bound(place);
  if (front == fronts_.end()) return std::nullopt;
  return Front{front->first, front->second->second.front().second, &front->second->first};
}

void CellQueue::take(std::int64_t place) {
  const auto front = fronts_.find(place);
  MISSMODAL_CHECK(front != fronts_.end());
  const Lanes::iterator lane = front->second;
  fronts_.erase(front);
  lane->second.pop_front();
  --size_;
  if (lane->second.empty()) {
    lanes_.erase(lane);
  } else {
    fronts_[lane->second.front().first] = lane;
  }
}

}  // namespace missmodal::coordinator
