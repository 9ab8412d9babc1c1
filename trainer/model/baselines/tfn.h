#pragma once
// TFN, Tensor Fusion Network (Zadeh et al., EMNLP 2017): the outer product of the three vectors, each with a
// one in front, through three linear layers, squashed to [-3, 3].

#include <memory>

#include "trainer/model/baselines/late_fusion.h"
#include "trainer/model/baselines/mlp.h"

namespace missmodal::trainer {

class Tfn : public LateFusion {
 public:
  Tfn(const sweeps::Configuration& configuration, const Widths& widths);

  // (b, (A + 1) (V + 1) (T + 1)), audio slowest, text fastest.
  static torch::Tensor product(const Features& features);

 private:
  torch::Tensor fuse(const Features& features, const Walk& walk) override;

  std::shared_ptr<Mlp> post_;
  double dropout_;
};

}  // namespace missmodal::trainer
