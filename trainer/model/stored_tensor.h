#pragma once
// A tensor of a safetensors file as LibTorch's.

#include <torch/torch.h>

#include <string>

#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {

// float32 on the CPU, a copy. Precondition: is_floating(view.dtype).
torch::Tensor to_float32(const TensorView& view);
bool is_floating(DType dtype);

std::string shape_text(const std::vector<std::int64_t>& shape);  // "(128, 64)"

}  // namespace missmodal::trainer
