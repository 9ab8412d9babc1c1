#pragma once
// Exchange between threads of one process.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "trainer/parallel/exchange.h"

namespace missmodal::trainer {

// What the members of one gang share: what was sent and not yet received, and the other way round. It keeps
// the memory of both as long as any member lives.
class MemoryGang {
 public:
  explicit MemoryGang(int size);

 private:
  friend class MemoryExchange;
  struct Posted {
    Bytes bytes;
    std::shared_ptr<Transfer> transfer;
  };
  struct Queue {
    std::deque<Posted> sends;
    std::deque<Posted> receives;
  };
  struct Member {
    std::condition_variable changed;
    bool aborted = false;
  };

  Queue& queue(int from, int to, Lane lane);
  void match(int from, int to, Lane lane);  // with the mutex held

  const int size_;
  std::mutex mutex_;
  std::vector<Queue> queues_;
  std::deque<Member> members_;  // a condition variable cannot move
};

class MemoryExchange : public Exchange {
 public:
  MemoryExchange(std::shared_ptr<MemoryGang> gang, int place);
  int rank() const override { return place_; }
  int size() const override { return gang_->size_; }
  TransferRef send(int to, Lane lane, Bytes bytes) override;  // done when it was received
  TransferRef receive(int from, Lane lane, Bytes bytes) override;
  void wait(std::span<const TransferRef> all, std::span<const TransferRef> any,
            Clock::time_point deadline) override;
  void abort() override;

 private:
  std::shared_ptr<MemoryGang> gang_;
  int place_;
};

}  // namespace missmodal::trainer
