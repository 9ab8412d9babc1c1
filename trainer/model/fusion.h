#pragma once
// From encoded modalities to F_S and to a prediction (the paper, section 3.2). A fusion network is
// replaceable.

#include <array>
#include <cstdint>
#include <memory>

#include "sweeps/configuration.h"
#include "sweeps/subset.h"
#include "trainer/model/dropout.h"
#include "trainer/model/parameter_module.h"

namespace missmodal::trainer {

using Encoded = std::array<torch::Tensor, 3>;  // by Modality, each (batch, its encoder's width)

class Fusion : public ParameterModule {
 public:
  // F_S (batch, fusion_width) from the modalities in `subset`; the others are not looked at.
  virtual torch::Tensor fuse(const Encoded& encoded, Subset subset, const DropoutStream& dropout) = 0;
};

// One network a subset, on the concatenation in the order text, audio, vision: Linear, ReLU, dropout, Linear.
// Parameters: <S>.0.* and <S>.3.*, as torch.nn.Sequential would number them.
class ConcatenationFusion : public Fusion {
 public:
  ConcatenationFusion(const std::array<std::int64_t, 3>& widths,
                      const sweeps::ModelConfiguration& configuration);
  torch::Tensor fuse(const Encoded& encoded, Subset subset, const DropoutStream& dropout) override;

 private:
  struct Network {
    LinearParameters first;
    LinearParameters second;
  };
  std::array<Network, kSubsetCount> networks_;
  double dropout_;
};

// One for all subsets: Linear, ReLU, Linear. Parameters: 0.* and 2.*.
class Predictor : public ParameterModule {
 public:
  explicit Predictor(std::int64_t width);
  torch::Tensor predict(const torch::Tensor& fused);  // (..., width) -> (...)

 private:
  LinearParameters first_;
  LinearParameters second_;
};

}  // namespace missmodal::trainer
