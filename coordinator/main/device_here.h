#pragma once
// The device of a training in this process alone.

#include "sweeps/sweep_file.h"
#include "trainer/torch.h"

namespace missmodal::coordinator {

// Throws InputError where the sweep wants a GPU and LibTorch sees none.
torch::Device device_here(const sweeps::Resources& resources);

// Before anything is computed on a GPU: lets cuBLAS give the same bits every time where
// `training.deterministic` asks for it.
void prepare_for_deterministic_products();

}  // namespace missmodal::coordinator
