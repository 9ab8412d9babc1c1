#pragma once
// A model whose losses depend on all that a training could forget: a buffer (BatchNorm's running mean) and a
// table that is neither parameter nor buffer.

#include <torch/nn/modules/batchnorm.h>

#include <string>
#include <vector>

#include "trainer/model/fine_tuning.h"
#include "trainer/model/model.h"

namespace missmodal::trainer::testing {

class ForgetfulModel : public Model {
 public:
  ForgetfulModel() {
    weight_ = register_parameter("weight", torch::full({1, 1}, 0.5));
    norm_ = register_module("norm", torch::nn::BatchNorm1d(1));
  }

  Output forward(const Batch& batch, const Context&) override {
    return {batch.labels.view({1, -1, 1}), predict_with(batch, {}).unsqueeze(0), {}};
  }
  Losses loss(const Output& output, const Batch& batch, const Context&) override {
    const torch::Tensor error = (output.predictions[0] - batch.labels).abs().mean();
    const torch::Tensor total = error / (1 + seen_.detach().clone());
    seen_.add_(batch.size());
    return {total, {{"total", total.detach()}, {"task", error.detach()}}};
  }
  torch::Tensor predict_with(const Batch& batch, const ByModality&) override {
    return norm_->forward(batch.labels.unsqueeze(1)).mm(weight_).squeeze(1);
  }
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override {
    return {fine_tuning_plan(*this, training, [](const std::string&) { return false; })};
  }
  bool is_used(const std::string&) const override { return true; }
  NamedTensors tables() const override { return {{"seen", seen_}}; }

 private:
  torch::Tensor weight_;
  torch::nn::BatchNorm1d norm_{nullptr};
  torch::Tensor seen_ = torch::zeros({});
};

}  // namespace missmodal::trainer::testing
