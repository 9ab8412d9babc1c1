#pragma once
// The devices that this process can compute on.

#include "trainer/torch.h"

namespace missmodal::worker {

// GPUs that LibTorch sees: those of CUDA_VISIBLE_DEVICES.
int visible_gpus();

// Throws WorkerFault, naming the device, where nothing can be computed on it: a device that a training broke
// stays broken for the whole process.
void check_device(torch::Device device);

// Lets this process take one of `trials` equal parts of a GPU's memory: more is out of memory, for this
// process alone. Without effect on the CPU.
void limit_memory(torch::Device device, int trials);

}  // namespace missmodal::worker
