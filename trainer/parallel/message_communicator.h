#pragma once
// Communicator over an Exchange, in host memory.
//
// A sum is a reduce-scatter and a gather: member k is sent everybody's slice k, adds the slices in the order
// of places, and sends the sum to everybody. So each element is added up once, by one member, and all have
// the same bits. Small buffers are sent whole to everybody, who adds them in the same order: the same bits
// again, with half the waiting.

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "trainer/parallel/communicator.h"
#include "trainer/parallel/exchange.h"
#include "trainer/parallel/roll_call.h"

namespace missmodal::trainer {

class MessageCommunicator : public Communicator {
 public:
  // The time limit counts from the call that waits.
  MessageCommunicator(std::shared_ptr<Exchange> exchange, std::chrono::milliseconds limit);
  int rank() const override { return exchange_->rank(); }
  int size() const override { return exchange_->size(); }
  // Also moves the sums that were started earlier along: nothing else does between calls.
  Ticket start_all_reduce(Buffer buffer) override;
  void wait(Ticket ticket) override;
  void all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) override;
  void broadcast(Buffer buffer, int root) override;
  void abort() override { roll_call_.abort(); }
  // For a communicator that computes elsewhere, and uses this one to find its mates and who of them is
  // missing.
  RollCall& roll_call() { return roll_call_; }
  std::chrono::milliseconds limit() const { return limit_; }

 private:
  enum class Stage { parts, results, done };

  // One collective. In each stage all its transfers must be done before the next begins.
  struct Operation {
    std::int64_t number = 0;
    const char* name = "";
    Buffer buffer;
    bool whole = false;                // summed from whole buffers
    std::shared_ptr<std::byte> parts;  // what came from the others to be added, by place
    Stage stage = Stage::parts;
    std::vector<TransferRef> transfers;
    std::vector<int> partners;  // of each transfer
  };

  Operation& begin(const char* name, Buffer buffer);
  void post_send(Operation& operation, int to, Lane lane, Bytes bytes);
  void post_receive(Operation& operation, int from, Lane lane, Bytes bytes);
  void post_parts(Operation& operation);
  void post_results(Operation& operation);
  void sum(const Operation& operation);
  void advance();
  void finish(Operation& operation);
  void wait_for(Operation& operation, Exchange::Clock::time_point deadline);
  [[noreturn]] void late(const Operation& operation);
  std::shared_ptr<std::byte> scratch(std::size_t bytes);

  std::shared_ptr<Exchange> exchange_;
  const std::chrono::milliseconds limit_;
  RollCall roll_call_;
  std::int64_t begun_ = 0;
  std::deque<Operation> operations_;  // that nobody has waited for yet, in the order of their start
  std::vector<std::pair<std::shared_ptr<std::byte>, std::size_t>> scratch_;  // blocks to use again
};

}  // namespace missmodal::trainer
