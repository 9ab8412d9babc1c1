#pragma once
// The optimisers that step together, and the parameters that are trained while they do.

#include <vector>

#include "trainer/model/model.h"
#include "trainer/optimizer.h"
#include "trainer/parallel/gradient_buckets.h"
#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

class Stage {
 public:
  // Model and optimisers, which are the model's, must outlive it.
  Stage(const Model& model, std::vector<Optimizer*> optimizers, const Group& group);

  const std::vector<Optimizer*>& optimizers() const { return optimizers_; }
  GradientBuckets& buckets() { return buckets_; }

  // While it lives, no other parameter of the model requires a gradient.
  class Turn {
   public:
    explicit Turn(const Stage& stage) : others_(stage.others_) { require_gradients(false); }
    ~Turn() { require_gradients(true); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    void require_gradients(bool required) const {
      for (const torch::Tensor& parameter : others_) parameter.set_requires_grad(required);
    }
    const std::vector<torch::Tensor>& others_;
  };

 private:
  std::vector<Optimizer*> optimizers_;
  std::vector<torch::Tensor> others_;  // what is trained in other stages, not what is frozen
  GradientBuckets buckets_;
};

}  // namespace missmodal::trainer
