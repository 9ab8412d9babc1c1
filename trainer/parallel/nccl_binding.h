#pragma once
// The real NCCL and CUDA behind NcclFunctions.

#include <memory>
#include <string>

#include "trainer/parallel/nccl_functions.h"

namespace missmodal::trainer {

// Of one CUDA device. Before the first: NCCL_ALGO and NCCL_PROTO are set where they are not, since a sum has
// the same bits every time only by a fixed algorithm and protocol. Throws RunError where the program was
// built without NCCL.
std::shared_ptr<NcclFunctions> bind_nccl(int device);

// The version of the headers that it was built with, as "2.22.3"; empty where it was built without.
std::string nccl_built_with();

}  // namespace missmodal::trainer
