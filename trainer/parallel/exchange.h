#pragma once
// How bytes get from one member of a gang to another: what MessageCommunicator is made of, and how the
// members of a GPU gang find each other. Nothing here blocks but wait(), which has a deadline.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>

namespace missmodal::trainer {

// Memory of the host; a slice of a larger block shares the block's ownership (std::shared_ptr's aliasing).
struct Bytes {
  std::shared_ptr<void> data;
  std::size_t count = 0;
};

// One message on its way, as its sender or its receiver sees it. Whoever moves the bytes marks it.
class Transfer {
 public:
  // A receive: the bytes are there. A send: its memory may be used again; nothing about the receiver.
  bool done() const { return done_.load(std::memory_order_acquire); }
  void finish() { done_.store(true, std::memory_order_release); }

 private:
  std::atomic<bool> done_ = false;
};
using TransferRef = std::shared_ptr<const Transfer>;

// Between two members each lane is a queue of its own, in each direction: the k-th receive meets the k-th
// send. So two kinds of messages whose order among each other is open travel on two lanes.
enum class Lane { parts, results, notes };
inline constexpr int kLaneCount = 3;

// The door of one member to the others. One thread uses it; abort() alone may come from any. Made for one
// gang, and never used for a second.
class Exchange {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kLargestTransfer = std::size_t{1} << 30;

  // What is open then stays open: its memory is kept as long as anything may touch it.
  virtual ~Exchange() = default;
  virtual int rank() const = 0;  // this member's place
  virtual int size() const = 0;

  // Both return at once and keep `bytes` until they are done. Precondition: another place; both sides give
  // the same count, at most kLargestTransfer. A send may be done before its receiver asked for it, or not
  // before.
  virtual TransferRef send(int to, Lane lane, Bytes bytes) = 0;
  virtual TransferRef receive(int from, Lane lane, Bytes bytes) = 0;

  // Returns when all of `all` are done (if there are any), or one of `any` is, or `deadline` has passed, or
  // abort() was called; the transfers tell which. Throws RunError where the wire itself failed.
  virtual void wait(std::span<const TransferRef> all, std::span<const TransferRef> any,
                    Clock::time_point deadline) = 0;

  // From any thread: a wait under way and every later one returns at once. Sends still go out.
  virtual void abort() = 0;
};

bool settled(std::span<const TransferRef> all);  // whether all are done
// What wait() waits for, and the precondition of send() and receive(): the same for every exchange.
bool settled(std::span<const TransferRef> all, std::span<const TransferRef> any);
void check_transfer(const Exchange& exchange, int other, const Bytes& bytes);

}  // namespace missmodal::trainer
