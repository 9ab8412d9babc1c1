#pragma once
// A gang of one: every sum is the member's own buffer.

#include <atomic>

#include "trainer/parallel/communicator.h"

namespace missmodal::trainer {

class Alone : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  Ticket start_all_reduce(Buffer buffer) override;
  void wait(Ticket ticket) override;
  void all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) override;  // host memory only
  void broadcast(Buffer buffer, int root) override;
  void abort() override { aborted_ = true; }

 private:
  void check() const;  // throws GroupBroken after abort()

  std::atomic<bool> aborted_ = false;
};

}  // namespace missmodal::trainer
