#pragma once
// What computes: the name that is stored with each attempt, since bits are promised for one kind only.

#include <istream>
#include <string>

#include "trainer/torch.h"

namespace missmodal::worker {

// Of a CPU its model name, or its architecture (`aarch64`) where the system knows no name; of a CUDA device
// the GPU's name.
std::string processor_name(torch::Device device);

// The first `model name` of what /proc/cpuinfo says; "" if there is none.
std::string model_name(std::istream& cpuinfo);

}  // namespace missmodal::worker
