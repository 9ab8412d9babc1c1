#pragma once
// The communicator that the members of a gang train with.

#include <memory>

#include "trainer/parallel/communicator.h"
#include "trainer/torch.h"
#include "worker/errand.h"

namespace missmodal::worker {

// Alone for one member; between CPUs over memory that all see, else over the errand's exchange; between GPUs
// over NCCL. The members find each other through that exchange: collective, but for one. Where the errand's
// surrender is demanded meanwhile, a gang of CPUs gives up. Throws GroupBroken where they do not come,
// WorkerFault where this program was built without NCCL.
std::unique_ptr<trainer::Communicator> join_gang(Errand& errand, torch::Device device);

}  // namespace missmodal::worker
