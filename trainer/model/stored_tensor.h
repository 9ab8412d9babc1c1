#pragma once
// A tensor of a safetensors file as LibTorch's.

#include "trainer/data/safetensors/safetensors.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// float32 on the CPU, a copy. Precondition: is_floating(view.dtype).
torch::Tensor to_float32(const TensorView& view);

}  // namespace missmodal::trainer
