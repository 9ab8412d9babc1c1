#pragma once
// One assignment as the thread that trains it sees it.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "sweeps/trial_result.h"
#include "trainer/parallel/exchange.h"
#include "worker/protocol.h"
#include "worker/surrender.h"

namespace missmodal::worker {

struct Errand {
  Assign assign;
  int place = 0;                                // of this rank among assign.members; 0 leads
  std::shared_ptr<trainer::Exchange> exchange;  // to the other members; null where there are none
  std::atomic<bool> interrupted = false;        // asked before every batch; set by any thread
  Surrender surrender;                          // demanded where a mate is lost: its communicator's abort()
  std::atomic<std::int64_t> progress = 0;       // batches so far; counted by the thread that trains
  // May be called where this rank leads; they never wait. on_saved is called from any thread, the others from
  // the one that trains.
  std::function<void(sweeps::EpochRecord)> on_epoch;
  std::function<void(int epoch, std::int64_t step)> on_resumed;
  std::function<void(int epoch, std::int64_t step)> on_saved;
};

// Trains it, on the thread that calls. The result of a member that does not lead is thrown away. An exception
// is what failure_class() makes of it.
using Train = std::function<sweeps::TrialResult(Errand&)>;

}  // namespace missmodal::worker
