#include "trainer/parallel/memory_exchange.h"

#include <cstring>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::trainer {

MemoryGang::MemoryGang(int size)
    : size_(size),
      queues_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * kLaneCount),
      members_(static_cast<std::size_t>(size)) {}

MemoryGang::Queue& MemoryGang::queue(int from, int to, Lane lane) {
  const auto place =
      static_cast<std::size_t>(from) * static_cast<std::size_t>(size_) + static_cast<std::size_t>(to);
  return queues_[place * kLaneCount + static_cast<std::size_t>(lane)];
}

void MemoryGang::match(int from, int to, Lane lane) {
  Queue& posted = queue(from, to, lane);
  while (!posted.sends.empty() && !posted.receives.empty()) {
    const Posted sent = std::move(posted.sends.front());
    const Posted wanted = std::move(posted.receives.front());
    posted.sends.pop_front();
    posted.receives.pop_front();
    MISSMODAL_CHECK(sent.bytes.count == wanted.bytes.count);
    if (sent.bytes.count > 0) std::memcpy(wanted.bytes.data.get(), sent.bytes.data.get(), sent.bytes.count);
    sent.transfer->finish();
    wanted.transfer->finish();
    for (const int place : {from, to}) members_[static_cast<std::size_t>(place)].changed.notify_all();
  }
}

MemoryExchange::MemoryExchange(std::shared_ptr<MemoryGang> gang, int place)
    : gang_(std::move(gang)), place_(place) {
  MISSMODAL_CHECK(place >= 0 && place < gang_->size_);
}

TransferRef MemoryExchange::send(int to, Lane lane, Bytes bytes) {
  check_transfer(*this, to, bytes);
  auto transfer = std::make_shared<Transfer>();
  const std::lock_guard lock(gang_->mutex_);
  gang_->queue(place_, to, lane).sends.push_back({std::move(bytes), transfer});
  gang_->match(place_, to, lane);
  return transfer;
}

TransferRef MemoryExchange::receive(int from, Lane lane, Bytes bytes) {
  check_transfer(*this, from, bytes);
  auto transfer = std::make_shared<Transfer>();
  const std::lock_guard lock(gang_->mutex_);
  gang_->queue(from, place_, lane).receives.push_back({std::move(bytes), transfer});
  gang_->match(from, place_, lane);
  return transfer;
}

void MemoryExchange::wait(std::span<const TransferRef> all, std::span<const TransferRef> any,
                          Clock::time_point deadline) {
  std::unique_lock lock(gang_->mutex_);
  MemoryGang::Member& self = gang_->members_[static_cast<std::size_t>(place_)];
  self.changed.wait_until(lock, deadline, [&] { return self.aborted || settled(all, any); });
}

void MemoryExchange::abort() {
  const std::lock_guard lock(gang_->mutex_);
  MemoryGang::Member& self = gang_->members_[static_cast<std::size_t>(place_)];
  self.aborted = true;
  self.changed.notify_all();
}

}  // namespace missmodal::trainer
