#include "worker/memory_transport.h"

#include <utility>

namespace missmodal::worker {

void Mailboxes::put(int to, Envelope envelope) {
  const std::lock_guard lock(mutex_);
  boxes_.at(static_cast<std::size_t>(to)).push_back(std::move(envelope));
}

std::optional<Envelope> Mailboxes::take(int rank) {
  const std::lock_guard lock(mutex_);
  std::deque<Envelope>& box = boxes_.at(static_cast<std::size_t>(rank));
  if (box.empty()) return std::nullopt;
  Envelope envelope = std::move(box.front());
  box.pop_front();
  return envelope;
}

void MemoryTransport::send(int to, std::string bytes) {
  check_send(*this, to, bytes);
  mailboxes_->put(to, {rank_, std::move(bytes)});
}

}  // namespace missmodal::worker
