#pragma once
// How messages get from one rank to another. Nothing here blocks: a rank that died can never hold up a living
// one.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trainer/parallel/exchange.h"

namespace missmodal::worker {

inline constexpr int kCoordinatorRank = 0;

// MPI counts bytes in an int; what a sweep sends stays far below (a million utterances predicted are 28 MB).
inline constexpr std::size_t kLargestMessage = std::size_t{1} << 28;

struct Envelope {
  int source = 0;
  std::string bytes;
};

// One object per rank, used by one thread; wake() alone may come from any.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  // Takes the bytes over; they are on their way when send returns and delivered some time later, in order per
  // pair. Precondition: `to` is another rank of the job. Throws RunError for more than kLargestMessage bytes;
  // then nothing was sent.
  virtual void send(int to, std::string bytes) = 0;
  // The next message that has arrived as a whole, if any: never one that its sender sent after another that
  // is still arriving. Also moves what is being sent along.
  virtual std::optional<Envelope> receive() = 0;
  // Waits until everything sent has been taken over by the receivers; false if `limit` passes first. What
  // arrives meanwhile is kept for receive(), so that two ranks that flush never wait for each other.
  virtual bool flush(std::chrono::milliseconds limit) = 0;

  // This rank's door to the gang that trains assignment `assignment`; `ranks` are the members by place, the
  // same on each, this one among them. Another thread may use it, in which nothing happens unless the
  // transport's thread calls receive(), flush() or wait_for_work() again and again. It must be gone before
  // the transport is. Precondition: the first for this assignment.
  virtual std::shared_ptr<trainer::Exchange> exchange(std::int64_t assignment, std::vector<int> ranks) = 0;
  // Returns when a message has arrived, wake() was called since the last time, or `limit` has passed. Until
  // then it sleeps, and keeps messages and exchanges moving.
  virtual void wait_for_work(std::chrono::microseconds limit) = 0;
  virtual void wake() = 0;
};

// send's precondition and limit, the same for every transport.
void check_send(const Transport& transport, int to, const std::string& bytes);

}  // namespace missmodal::worker
