#include "trainer/model/baselines/regressor.h"

#include "trainer/model/baselines/coupled_adam.h"
#include "trainer/model/losses.h"

namespace missmodal::trainer {

Output Regressor::forward(const Batch& batch, const Context& context) {
  Output output;
  output.predictions = regress(batch, {}, training_walk(batch, context)).unsqueeze(0);
  return output;
}

Losses Regressor::loss(const Output& output, const Batch& batch, const Context& /*context*/) {
  Losses losses;
  losses.total = prediction_loss(output.predictions[0], batch.labels, batch.global_size);
  losses.shares = {{"total", losses.total.detach()}, {"task", losses.total.detach()}};
  return losses;
}

torch::Tensor Regressor::predict_with(const Batch& batch, const ByModality& zeroed) {
  return regress(batch, zeroed, Walk());
}

std::vector<OptimizerPlan> Regressor::optimizers(const sweeps::TrainingConfiguration& training) const {
  return {coupled_adam(*this, training)};
}

}  // namespace missmodal::trainer
