#include "worker/memory_transport.h"

#include <algorithm>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::worker {

void Mailboxes::put(int to, Envelope envelope) {
  const std::lock_guard lock(mutex_);
  Box& box = boxes_.at(static_cast<std::size_t>(to));
  box.envelopes.push_back(std::move(envelope));
  box.changed.notify_one();
}

std::optional<Envelope> Mailboxes::take(int rank) {
  const std::lock_guard lock(mutex_);
  Box& box = boxes_.at(static_cast<std::size_t>(rank));
  if (box.envelopes.empty()) return std::nullopt;
  Envelope envelope = std::move(box.envelopes.front());
  box.envelopes.pop_front();
  return envelope;
}

void Mailboxes::wait(int rank, std::chrono::microseconds limit) {
  std::unique_lock lock(mutex_);
  Box& box = boxes_.at(static_cast<std::size_t>(rank));
  box.changed.wait_until(lock, std::chrono::steady_clock::now() + limit,
                         [&] { return box.woken || !box.envelopes.empty(); });
  box.woken = false;
}

void Mailboxes::wake(int rank) {
  const std::lock_guard lock(mutex_);
  Box& box = boxes_.at(static_cast<std::size_t>(rank));
  box.woken = true;
  box.changed.notify_one();
}

std::shared_ptr<trainer::MemoryGang> Mailboxes::gang(std::int64_t assignment, int size) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<trainer::MemoryGang>& gang = gangs_[assignment];
  if (!gang) gang = std::make_shared<trainer::MemoryGang>(size);
  return gang;
}

void MemoryTransport::send(int to, std::string bytes) {
  check_send(*this, to, bytes);
  mailboxes_->put(to, {rank_, std::move(bytes)});
}

std::shared_ptr<trainer::Exchange> MemoryTransport::exchange(std::int64_t assignment,
                                                             std::vector<int> ranks) {
  const auto self = std::find(ranks.begin(), ranks.end(), rank_);
  MISSMODAL_CHECK(self != ranks.end());
  return std::make_shared<trainer::MemoryExchange>(
      mailboxes_->gang(assignment, static_cast<int>(ranks.size())), static_cast<int>(self - ranks.begin()));
}

}  // namespace missmodal::worker
