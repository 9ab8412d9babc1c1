#pragma once
// The exchanges of gangs over MPI_COMM_WORLD. A training's thread asks for transfers and waits for them; the
// thread that keeps the transport makes every MPI call. The gang's messages have tags of their own, so no
// communicator is made for it: MPI_Comm_create_group would wait forever for a member that has died.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "trainer/parallel/exchange.h"
#include "worker/bell.h"

namespace missmodal::worker {

// Used by the thread that called MPI_Init_thread, and destroyed after MPI is over: MPI may hold on to memory
// of transfers that never end, as those with a dead rank.
class MpiExchanges {
 public:
  using Clock = std::chrono::steady_clock;

  // The bell is rung when a training's thread wants something of progress().
  explicit MpiExchanges(std::shared_ptr<Bell> bell);
  ~MpiExchanges();

  // Transport::exchange.
  std::shared_ptr<trainer::Exchange> open(std::int64_t assignment, std::vector<int> ranks);

  // Hands to MPI what was asked for and takes back what is done. Never blocks. Trouble with MPI becomes that
  // of the gang concerned.
  void progress();

  // How soon to look again; nothing where no transfer is awaited.
  std::optional<std::chrono::microseconds> pace(Clock::time_point now) const;

 private:
  class Traffic;
  std::unique_ptr<Traffic> traffic_;
};

}  // namespace missmodal::worker
