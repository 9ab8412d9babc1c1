#pragma once
// MulT (mult.h) as a model, on word vectors.

#include <memory>
#include <vector>

#include "trainer/model/baselines/mult.h"
#include "trainer/model/baselines/regressor.h"

namespace missmodal::trainer {

class MultModel : public Regressor {
 public:
  MultModel(const sweeps::Configuration& configuration, const Widths& widths);
  // Robust training meets the frames: dropout on the text's commutes with it.
  Output forward(const Batch& batch, const Context& context) override;
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;

 private:
  // No modality has a vector of its own: those in `zeroed` have zero frames.
  torch::Tensor regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) override;

  sweeps::ModelConfiguration configuration_;
  sweeps::RobustConfiguration robust_;
  std::shared_ptr<Mult> network_;
};

}  // namespace missmodal::trainer
