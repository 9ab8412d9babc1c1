#pragma once
// A worker rank: says Ready, has trained what it is assigned, reports, until the coordinator says Stop. No
// LibTorch and no MPI: what trains and what carries the messages are handed in.

#include <string>

#include "worker/errand.h"
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

// Returns after Stop; an attempt that it interrupts, or that was not begun yet, is answered as `interrupted`.
// `train` is called on a thread of its own, for one assignment at a time; an exception of it fails its
// attempt and nothing else. Uses `transport` from the calling thread alone. Throws what the transport throws,
// and RunError for a message that no coordinator sends.
void run_worker(Transport& transport, const Identity& identity, const Train& train);

}  // namespace missmodal::worker
