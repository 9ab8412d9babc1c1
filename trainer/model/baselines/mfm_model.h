#pragma once
// MFM (mfm.h) as a model.

#include <memory>
#include <string>
#include <vector>

#include "trainer/model/baselines/mfm.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

class MfmModel : public Model {
 public:
  MfmModel(const sweeps::Configuration& configuration, const Widths& widths);

  Output forward(const Batch& batch, const Context& context) override;
  Losses loss(const Output& output, const Batch& batch, const Context& context) override;
  torch::Tensor predict_with(const Batch& batch, const ByModality& zeroed) override;
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;
  bool is_used(const std::string& /*parameter*/) const override { return true; }

 private:
  MfmSizes sizes_;
  MfmWeights weights_;
  std::shared_ptr<Mfm> network_;
};

}  // namespace missmodal::trainer
