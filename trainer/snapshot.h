#pragma once
// A model's values at one moment, to go back to the best epoch.

#include <torch/torch.h>

#include <vector>

namespace missmodal::trainer {

// Parameters and buffers: all that an optimiser step or a forward pass may change. On the model's device.
class Snapshot {
 public:
  void take(const torch::nn::Module& model);
  // Precondition: taken, of a model of the same shape.
  void restore(torch::nn::Module& model) const;

 private:
  std::vector<torch::Tensor> values_;
};

}  // namespace missmodal::trainer
