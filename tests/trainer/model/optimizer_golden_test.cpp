// torch.optim's Adam and AdamW over given gradients (scripts/make_golden.py, write_optimizer_case).

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "tests/trainer/model/tiny_model.h"
#include "trainer/model/stored_tensor.h"
#include "trainer/optimizer.h"

namespace missmodal::trainer {
namespace {

constexpr double kTolerance = 2e-6;  // after twelve steps of size 0.05

class TwoParameters : public Model {
 public:
  TwoParameters(const torch::Tensor& matrix, const torch::Tensor& bias) {
    register_parameter("matrix", matrix);
    register_parameter("bias", bias);
  }
  Output forward(const Batch&, const Context&) override { return {}; }
  Losses loss(const Output&, const Batch&, const Context&) override { return {}; }
  torch::Tensor predict_with(const Batch&, const ByModality&) override { return {}; }
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration&) const override { return {}; }
  bool is_used(const std::string&) const override { return true; }
};

class OptimizerGolden : public ::testing::TestWithParam<std::tuple<std::string, Stepping>> {
 protected:
  torch::Tensor tensor(const std::string& name) const { return to_float32(file_.tensor(name)); }

  bool has_plateau() const { return file_.metadata().count("plateau") == 1; }

  OptimizerPlan plan() const {
    OptimizerPlan plan;
    plan.groups = {{{"matrix", "bias"},
                    0.05,
                    0.2,
                    file_.metadata("decay") == "coupled" ? Decay::coupled : Decay::decoupled}};
    if (file_.metadata("clip") == "norm") plan.clip = {Clip::By::norm, 1.5};
    if (file_.metadata("clip") == "value") plan.clip = {Clip::By::value, 0.6};
    if (has_plateau()) plan.plateau = Plateau{0.5, 1, 0.25};
    plan.accumulation = std::stoi(file_.metadata("accumulation"));
    return plan;
  }

  SafetensorsFile file_{std::filesystem::path(MISSMODAL_GOLDEN_DIR) /
                        (std::get<0>(GetParam()) + ".safetensors")};
};

TEST_P(OptimizerGolden, TwelveBatches) {
  TwoParameters model(tensor("start.matrix"), tensor("start.bias"));
  Optimizer optimizer(model, plan(), std::get<1>(GetParam()));
  for (int batch = 0; batch < 12; ++batch) {
    optimizer.begin_batch();
    for (auto& item : model.named_parameters()) {
      const torch::Tensor gradient = tensor("gradient." + item.key())[batch].clone();
      torch::Tensor& sum = item.value().mutable_grad();
      sum = sum.defined() ? sum + gradient : gradient;
    }
    optimizer.end_batch({});
    if (has_plateau()) optimizer.end_epoch(tensor("metric")[batch].item<double>());
    for (const auto& item : model.named_parameters()) {
      EXPECT_LE(testing::largest_difference(item.value(), tensor("after." + item.key())[batch]), kTolerance)
          << item.key() << " after batch " << batch;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, OptimizerGolden,
                         ::testing::Combine(::testing::Values("optimizer_adam", "optimizer_adam_norm",
                                                              "optimizer_adam_value", "optimizer_adamw_value",
                                                              "optimizer_adamw_accumulated",
                                                              "optimizer_adam_plateau"),
                                            ::testing::Values(Stepping::host, Stepping::device)),
                         [](const auto& parameter) {
                           return std::get<0>(parameter.param) +
                                  (std::get<1>(parameter.param) == Stepping::host ? "_host" : "_device");
                         });

// What made no update by the end of a pass is forgotten, as the next pass's first batch drops it.
TEST(Accumulation, ForgetsTheBatchesThatMadeNoUpdate) {
  TwoParameters model(torch::ones({1, 1}), torch::ones({1}));
  OptimizerPlan plan;
  plan.groups = {{{"matrix", "bias"}, 0.1}};
  plan.accumulation = 2;
  Optimizer optimizer(model, plan);
  const auto batch = [&](double gradient) {
    optimizer.begin_batch();
    for (auto& item : model.named_parameters()) {
      torch::Tensor& sum = item.value().mutable_grad();
      const torch::Tensor own = torch::full_like(item.value(), gradient);
      sum = sum.defined() ? sum + own : own;
    }
    return optimizer.end_batch({}).norm.defined();
  };
  EXPECT_FALSE(batch(-100));
  optimizer.drop_batches();
  EXPECT_FALSE(batch(1));
  EXPECT_TRUE(batch(1));
  for (const auto& item : model.named_parameters()) EXPECT_NEAR(item.value().item<double>(), 0.9, 1e-5);
}

}  // namespace
}  // namespace missmodal::trainer
