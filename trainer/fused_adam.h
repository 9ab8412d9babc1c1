#pragma once
// A step of Adam or AdamW over a list of tensors, in which the host decides nothing: rate, number of steps,
// clipping, and whether to step at all are tensors where the parameters are.

#include <vector>

#include "trainer/model/optimizer_plan.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct FusedAdam {
  std::vector<torch::Tensor> values;
  std::vector<torch::Tensor> gradients;  // may be changed
  std::vector<torch::Tensor> first_moments;
  std::vector<torch::Tensor> second_moments;
  Decay decay = Decay::decoupled;
  double weight_decay = 0;
  double epsilon = 0;
  torch::Tensor step;           // float32 scalar: the number of this step, from 1
  torch::Tensor learning_rate;  // float32 scalar
  torch::Tensor divisor;        // float32 scalar: of the gradients, before anything else
  torch::Tensor skip;           // float32 scalar: where it is 1 nothing changes, though a gradient be NaN
};

// By the library's one kernel where its version has it, else by its operations tensor by tensor.
void fused_adam(const FusedAdam& step);
// By operations; every version, device and type has them.
void adam_by_operations(const FusedAdam& step);

}  // namespace missmodal::trainer
