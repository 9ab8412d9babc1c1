#pragma once
// A model of one network, which one Adam trains whole on the mean absolute error of its prediction.

#include <string>
#include <vector>

#include "sweeps/configuration.h"
#include "trainer/model/baselines/walk.h"
#include "trainer/model/model.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

class Regressor : public Model {
 public:
  Output forward(const Batch& batch, const Context& context) override;
  Losses loss(const Output& output, const Batch& batch, const Context& context) override;
  torch::Tensor predict_with(const Batch& batch, const ByModality& zeroed) override;
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;
  bool is_used(const std::string& /*parameter*/) const override { return true; }

 protected:
  explicit Regressor(const sweeps::Configuration& configuration) : Model(configuration.evaluation) {}
  // (b): the prediction, zeros standing for the representations of the modalities in `zeroed`.
  virtual torch::Tensor regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) = 0;
};

}  // namespace missmodal::trainer
