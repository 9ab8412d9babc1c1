#pragma once
// AdamW (Loshchilov & Hutter 2019) as torch.optim.AdamW computes it, after torch.nn.utils.clip_grad_norm_:
// two learning rates, weight decay on matrices only, linear warmup.

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "sweeps/configuration.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

class AdamW {
 public:
  // Takes the model's used parameters that require a gradient, where they are now: move the model to its
  // device first. The model must outlive this object's use.
  AdamW(const Model& model, const sweeps::TrainingConfiguration& configuration);

  // One update from these parameters' gradients; yields their global norm before clipping. A non-finite norm
  // changes nothing. Parameters without a gradient stay as they are. On a GPU it waits for the device once.
  double step();
  void zero_grad();

 private:
  struct Parameter {
    torch::Tensor value;
    torch::Tensor first_moment;
    torch::Tensor second_moment;
    double learning_rate = 0;
    double weight_decay = 0;  // 0 for biases and LayerNorm: what has one dimension
  };
  double gradient_norm() const;
  double warmup() const;  // factor of the learning rate at this step

  sweeps::TrainingConfiguration configuration_;
  std::vector<Parameter> parameters_;
  std::int64_t steps_ = 0;
};

}  // namespace missmodal::trainer
