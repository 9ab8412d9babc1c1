#pragma once
// One assignment as the thread that trains it sees it.

#include <atomic>
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
  std::function<void(sweeps::EpochRecord)> on_epoch;  // may be called where this rank leads; never waits
};

// Trains it, on the thread that calls. The result of a member that does not lead is thrown away. An exception
// is what failure_class() makes of it.
using Train = std::function<sweeps::TrialResult(Errand&)>;

}  // namespace missmodal::worker
