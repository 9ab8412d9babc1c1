#pragma once
// The device of a training in this process alone.

#include <torch/torch.h>

#include "sweeps/sweep_file.h"

namespace missmodal::coordinator {

// Throws InputError where the sweep wants a GPU and LibTorch sees none.
torch::Device device_here(const sweeps::Resources& resources);

}  // namespace missmodal::coordinator
