#pragma once
// How messages get from one rank to another. Nothing here blocks: a rank that died can never hold up a living
// one.

#include <chrono>
#include <optional>
#include <string>

namespace missmodal::worker {

inline constexpr int kCoordinatorRank = 0;

struct Envelope {
  int source = 0;
  std::string bytes;
};

// One object per rank, used by one thread.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  // Takes the bytes over; they are on their way when send returns and delivered some time later, in order per
  // pair.
  virtual void send(int to, std::string bytes) = 0;
  // The next message that has arrived as a whole, if any. Also moves what is being sent along.
  virtual std::optional<Envelope> receive() = 0;
  // Waits until everything sent has been taken over by the receivers; false if `limit` passes first.
  virtual bool flush(std::chrono::milliseconds limit) = 0;
};

}  // namespace missmodal::worker
