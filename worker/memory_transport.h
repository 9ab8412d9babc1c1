#pragma once
// Transport between the threads of one process: a sweep of one rank, and tests of real loops.

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "worker/transport.h"

namespace missmodal::worker {

// The mailboxes of `size` ranks; shared by their transports.
class Mailboxes {
 public:
  explicit Mailboxes(int size) : boxes_(static_cast<std::size_t>(size)) {}
  int size() const { return static_cast<int>(boxes_.size()); }
  void put(int to, Envelope envelope);
  std::optional<Envelope> take(int rank);

 private:
  std::mutex mutex_;
  std::vector<std::deque<Envelope>> boxes_;
};

class MemoryTransport : public Transport {
 public:
  MemoryTransport(std::shared_ptr<Mailboxes> mailboxes, int rank)
      : mailboxes_(std::move(mailboxes)), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return mailboxes_->size(); }
  void send(int to, std::string bytes) override;
  std::optional<Envelope> receive() override { return mailboxes_->take(rank_); }
  bool flush(std::chrono::milliseconds) override { return true; }

 private:
  std::shared_ptr<Mailboxes> mailboxes_;
  int rank_;
};

}  // namespace missmodal::worker
