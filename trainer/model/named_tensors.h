#pragma once
// Tensors with their names: what a training must not forget, in memory and in files.

#include <string>
#include <utility>
#include <vector>

#include "trainer/torch.h"

namespace missmodal::trainer {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

// The module's own parameters and buffers, all that an optimiser step or a forward pass may change, under the
// names of torch.nn's state_dict.
NamedTensors values_of(const torch::nn::Module& module);

// The values as they are now, on `device`; nothing shares memory with `tensors`.
NamedTensors copied(const NamedTensors& tensors, torch::Device device);

// Copies the values into the tensors of `to`. Precondition: the same names in the same order, and the shapes
// of each alike.
void assign(const NamedTensors& values, const NamedTensors& to);

}  // namespace missmodal::trainer
