#pragma once
// LF-DNN, late fusion by a deep network: the three vectors side by side, then three linear layers.

#include <memory>

#include "trainer/model/baselines/late_fusion.h"
#include "trainer/model/baselines/mlp.h"

namespace missmodal::trainer {

class LfDnn : public LateFusion {
 public:
  LfDnn(const sweeps::Configuration& configuration, const Widths& widths);

 private:
  torch::Tensor fuse(const Features& features, const Walk& walk) override;

  std::shared_ptr<Mlp> post_;
  double dropout_;
};

}  // namespace missmodal::trainer
