#pragma once
// A worker rank: says Ready, has trained what it is assigned, reports, until the coordinator says Stop. No
// LibTorch and no MPI: what trains and what carries the messages are handed in.

#include <chrono>
#include <functional>
#include <string>

#include "worker/coordinator_lost.h"
#include "worker/errand.h"
#include "worker/protocol.h"
#include "worker/transport.h"

namespace missmodal::worker {

// What it says of itself in Ready.
struct Identity {
  std::string host;
  std::string device = "cpu";  // the best kind that it has: "cpu" or "cuda"
  std::string processor;
  std::string libtorch;
  std::string gpu;  // "" without one
  int gpus = 0;
  int local = 0;  // place among the workers of its host
};

struct WorkerPace {
  std::chrono::milliseconds beat = kBeatInterval;
  int silence = 5;                                                // beats without a word from the coordinator
  std::chrono::milliseconds start = std::chrono::seconds(60);     // until its first word
  std::chrono::milliseconds farewell = std::chrono::seconds(60);  // for the last batch and a checkpoint
};

// Ends the process at once, where the thread that trains does not come back; does not return.
using EndProcess = std::function<void(const std::string& why)>;

// Returns after Stop; an attempt that it interrupts, or that was not begun yet, is answered as `interrupted`.
// It beats from the calling thread, however long a batch takes. Where a trial gets through no batch for
// its `stall_seconds` it is answered as `hung` and the process ended. Where the coordinator is silent the
// trial is interrupted, so that it is saved, and CoordinatorLost thrown. After Rejoin it gives up what it
// works on, without a word about it, and says Ready again.
//
// `train` is called on a thread of its own, for one assignment at a time; an exception of it fails its
// attempt and nothing else. Uses `transport` from the calling thread alone. Throws what the transport throws,
// and RunError for a message that no coordinator sends.
void run_worker(Transport& transport, const Identity& identity, const Train& train,
                const EndProcess& end_process, const WorkerPace& pace = {});

}  // namespace missmodal::worker
