#pragma once
// Transport between the threads of one process: a sweep of one rank, and tests of real loops.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "trainer/parallel/memory_exchange.h"
#include "worker/transport.h"

namespace missmodal::worker {

// The mailboxes of `size` ranks, and their gangs; shared by their transports.
class Mailboxes {
 public:
  explicit Mailboxes(int size) : boxes_(static_cast<std::size_t>(size)) {}
  int size() const { return static_cast<int>(boxes_.size()); }
  void put(int to, Envelope envelope);
  std::optional<Envelope> take(int rank);
  void wait(int rank, std::chrono::microseconds limit);  // until there is one, wake() or the limit
  void wake(int rank);
  // The same for every rank that asks. Kept for ever: one may come when another has already left.
  std::shared_ptr<trainer::MemoryGang> gang(std::int64_t assignment, int size);

 private:
  struct Box {
    std::deque<Envelope> envelopes;
    std::condition_variable changed;
    bool woken = false;
  };

  std::mutex mutex_;
  std::deque<Box> boxes_;  // a condition variable cannot move
  std::map<std::int64_t, std::shared_ptr<trainer::MemoryGang>> gangs_;
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
  std::shared_ptr<trainer::Exchange> exchange(std::int64_t assignment, std::vector<int> ranks) override;
  void wait_for_work(std::chrono::microseconds limit) override { mailboxes_->wait(rank_, limit); }
  void wake() override { mailboxes_->wake(rank_); }

 private:
  std::shared_ptr<Mailboxes> mailboxes_;
  int rank_;
};

}  // namespace missmodal::worker
