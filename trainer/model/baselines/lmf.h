#pragma once
// LMF, Low-rank Multimodal Fusion (Liu et al., ACL 2018): TFN's outer product through a linear layer of low
// rank, so that the product is never formed.

#include <array>
#include <cstdint>
#include <memory>

#include "trainer/model/baselines/late_fusion.h"
#include "trainer/model/parameter_module.h"

namespace missmodal::trainer {

// y = sum over ranks r of w_r prod over modalities m of ((1, x_m) . W_m,r) + b. Parameters: text, audio,
// vision (rank, width + 1), weights (rank), bias (1).
class LowRankFusion : public ParameterModule {
 public:
  LowRankFusion(const std::array<std::int64_t, 3>& widths, std::int64_t rank);  // by Modality
  torch::Tensor product(const Features& features);                              // (b, rank)
  torch::Tensor forward(const Features& features);                              // (b)

 private:
  std::array<torch::Tensor, 3> factors_;
  torch::Tensor weights_;
  torch::Tensor bias_;
};

class Lmf : public LateFusion {
 public:
  Lmf(const sweeps::Configuration& configuration, const Widths& widths);
  // The fusion has a rate of its own.
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;

  LowRankFusion& fusion() { return *fusion_; }

 private:
  torch::Tensor fuse(const Features& features, const Walk& walk) override;

  std::shared_ptr<LowRankFusion> fusion_;
  double factor_learning_rate_;
};

}  // namespace missmodal::trainer
