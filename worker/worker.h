#pragma once
// A worker rank: says Ready, trains what it is assigned, reports, until the coordinator says Stop.

#include <torch/torch.h>

#include <string>

#include "worker/transport.h"

namespace missmodal::worker {

struct WorkerOptions {
  torch::Device device = torch::kCPU;  // the best this rank has; a sweep may ask for the CPU all the same
  std::string host;
  int local = 0;  // this rank's place among the workers of its host
};

// Returns after Stop; an attempt that it interrupts, or that was not begun yet, is answered as `interrupted`.
// An exception of a training fails its attempt and nothing else. Before each attempt the dataset, the weights
// and the device are checked: what is wrong with them is a `worker_fault`. Throws what the transport throws,
// and RunError for a message that no coordinator sends.
void run_worker(Transport& transport, const WorkerOptions& options);

// The rank with this number on its host takes the GPU of that number where LibTorch sees any, else the CPU.
torch::Device best_device(int local_rank);

}  // namespace missmodal::worker
