#pragma once
// What the public baselines make of an averaged modality (SubNet of TFN, Zadeh et al. 2017): BatchNorm,
// dropout, three times Linear and ReLU.

#include <array>
#include <cstdint>
#include <memory>

#include "trainer/model/baselines/batch_norm.h"
#include "trainer/model/baselines/walk.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Parameters: norm.*, linear_1.* to linear_3.*.
class SubNet : public ParameterModule {
 public:
  // `owner`: DropoutLayer::owner.
  SubNet(std::int64_t in, std::int64_t width, double dropout, std::uint32_t owner);
  // (b, in) -> (b, width). Collective as BatchNorm is.
  torch::Tensor forward(const torch::Tensor& x, const Walk& walk);

 private:
  std::shared_ptr<BatchNorm> norm_;
  std::array<LinearParameters, 3> linear_;
  double dropout_;
  std::uint32_t owner_;
};

}  // namespace missmodal::trainer
