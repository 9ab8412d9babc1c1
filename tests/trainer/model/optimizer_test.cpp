// What the ten golden steps (golden_test.cpp) do not show of the optimiser.

#include "trainer/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "tests/trainer/model/paths.h"
#include "trainer/first_bad_step.h"
#include "trainer/model/fine_tuning.h"

namespace missmodal::trainer {
namespace {

class OneMatrix : public Model {
 public:
  OneMatrix() {
    matrix = register_parameter("weight", torch::full({2, 3}, 1.0));
    bias = register_parameter("bias", torch::full({3}, 1.0));
    unused = register_parameter("unused", torch::full({3}, 1.0));
    pretrained = register_parameter("pretrained", torch::full({3}, 1.0));
  }
  Output forward(const Batch&, const Context&) override { return {}; }
  Losses loss(const Output&, const Batch&, const Context&) override { return {}; }
  torch::Tensor predict_with(const Batch&, const ByModality&) override { return {}; }
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override {
    return {fine_tuning_plan(*this, training, [](const std::string& name) { return name == "pretrained"; })};
  }
  bool is_used(const std::string& parameter) const override { return parameter != "unused"; }

  void set_gradients(double value) {
    for (torch::Tensor* tensor : {&matrix, &bias, &unused, &pretrained}) {
      tensor->mutable_grad() = torch::full_like(*tensor, value);
    }
  }

  torch::Tensor matrix, bias, unused, pretrained;
};

sweeps::TrainingConfiguration configuration() {
  sweeps::TrainingConfiguration result;
  result.learning_rate = 0.1;
  result.text_learning_rate = 0.01;
  result.weight_decay = 0.5;
  return result;
}

Optimizer make(const Model& model, const sweeps::TrainingConfiguration& training = configuration()) {
  return {model, model.optimizers(training).front()};
}

double norm(const Optimizer::Step& step) {
  return step.norm.item<double>();
}

double first(const torch::Tensor& tensor) {
  return tensor.flatten()[0].item<double>();
}

TEST(Optimizer, FirstStepHasTheLearningRatesSizeAndDecaysMatricesOnly) {
  OneMatrix model;
  Optimizer optimizer = make(model);
  model.set_gradients(1);
  EXPECT_NEAR(norm(optimizer.step()), std::sqrt(12.0), 1e-6);
  EXPECT_NEAR(first(model.matrix), 1 - 0.1 * 0.5 - 0.1, 1e-6);
  EXPECT_NEAR(first(model.bias), 1 - 0.1, 1e-6);
  EXPECT_NEAR(first(model.pretrained), 1 - 0.01, 1e-6);
  EXPECT_EQ(first(model.unused), 1);
}

TEST(Optimizer, ANonFiniteGradientChangesNothing) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    OneMatrix model;
    Optimizer optimizer = make(model);
    model.set_gradients(1);
    model.bias.mutable_grad()[0] = bad;
    EXPECT_FALSE(optimizer.step().finite.item<bool>());
    EXPECT_EQ(first(model.matrix), 1);
    EXPECT_EQ(first(model.pretrained), 1);
  }
}

TEST(Optimizer, WarmupRisesLinearlyFromZero) {
  OneMatrix model;
  auto warm = configuration();
  warm.warmup_steps = 2;
  Optimizer optimizer = make(model, warm);
  for (const double moved : {0.0, 0.05, 0.15, 0.25}) {
    model.set_gradients(1);
    optimizer.step();
    EXPECT_NEAR(first(model.bias), 1 - moved, 1e-5);
  }
}

// The flat loop on floats and the tensor operations on everything else are one formula.
TEST(Optimizer, LoopAndTensorOperationsAgree) {
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    OneMatrix loop;
    OneMatrix tensors;
    tensors.to(type);
    Optimizer first_optimizer = make(loop);
    Optimizer second_optimizer = make(tensors);
    for (int step = 0; step < 5; ++step) {
      loop.set_gradients(0.3 * step - 0.5);
      tensors.set_gradients(0.3 * step - 0.5);
      const double expected = norm(first_optimizer.step());
      const testing::Along library(testing::Path::library);
      EXPECT_NEAR(expected, norm(second_optimizer.step()), 1e-6);
      EXPECT_NEAR(first(loop.matrix), first(tensors.matrix), 1e-6);
      EXPECT_NEAR(first(loop.bias), first(tensors.bias), 1e-6);
    }
  }
}

Optimizer on_device(const Model& model, const sweeps::TrainingConfiguration& training = configuration()) {
  return {model, model.optimizers(training).front(), Stepping::device};
}

TEST(Optimizer, HostAndDeviceDecideAlike) {
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    for (const int warmup : {0, 3}) {
      OneMatrix model;
      OneMatrix other;
      model.to(type);
      other.to(type);
      auto training = configuration();
      training.warmup_steps = warmup;
      Optimizer host(model, model.optimizers(training).front(), Stepping::host);
      Optimizer device = on_device(other, training);
      for (int step = 0; step < 5; ++step) {
        model.set_gradients(0.3 * step - 0.5);
        other.set_gradients(0.3 * step - 0.5);
        EXPECT_NEAR(norm(host.step()), norm(device.step()), 1e-6);
        EXPECT_NEAR(first(model.matrix), first(other.matrix), 1e-6);
        EXPECT_NEAR(first(model.bias), first(other.bias), 1e-6);
        EXPECT_NEAR(first(model.pretrained), first(other.pretrained), 1e-6);
      }
      EXPECT_TRUE(torch::equal(host.state()[0].second, device.state()[0].second));
    }
  }
}

// The host learns of it at the epoch's end: nothing may move until then, though later gradients be fine.
TEST(Optimizer, TheDeviceStopsForGoodWhereSomethingIsNotFinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const bool in_loss : {false, true}) {
    OneMatrix model;
    Optimizer optimizer = on_device(model);
    FirstBadStep bad(torch::kCPU);
    torch::Tensor before;
    for (int step = 1; step <= 5; ++step) {
      model.set_gradients(1);
      if (step == 3 && !in_loss) model.bias.mutable_grad()[1] = nan;
      if (step == 3) before = model.matrix.detach().clone();
      bad.note(step, optimizer.step(torch::full({}, step == 3 && in_loss ? nan : 1.0)).finite);
      EXPECT_EQ(bad.value(), step < 3 ? 0 : 3);
    }
    EXPECT_TRUE(torch::equal(model.matrix, before));
    for (const auto& [name, tensor] : optimizer.state())
      EXPECT_TRUE(tensor.isfinite().all().item<bool>()) << name;
    EXPECT_EQ(optimizer.state()[0].second.item<std::int64_t>(), 2);
  }
}

TEST(Optimizer, LeavesAFrozenParameterOutOfUpdateAndNorm) {
  for (const testing::Path path : testing::kPaths) {
    const testing::Along along(path);
    OneMatrix model;
    model.pretrained.set_requires_grad(false);
    Optimizer optimizer = make(model);
    model.set_gradients(1);
    EXPECT_NEAR(norm(optimizer.step()), 3, 1e-6);  // 6 + 3 ones
    EXPECT_EQ(first(model.pretrained), 1);
    EXPECT_NE(first(model.bias), 1);
  }
}

// How a clip norm covers what another optimiser steps.
TEST(Optimizer, AGroupOfRateZeroCountsForTheNormAndStays) {
  for (const Stepping stepping : {Stepping::host, Stepping::device}) {
    OneMatrix model;
    OptimizerPlan plan;
    plan.groups = {{{"bias"}, 0.1}, {{"weight", "pretrained"}, 0, 0.5, Decay::coupled}};
    Optimizer optimizer(model, plan, stepping);
    model.set_gradients(1);
    EXPECT_NEAR(norm(optimizer.step()), std::sqrt(12.0), 1e-6);
    EXPECT_NEAR(first(model.bias), 0.9, 1e-6);
    EXPECT_EQ(first(model.matrix), 1);
    EXPECT_EQ(first(model.pretrained), 1);
  }
}

TEST(Optimizer, ParametersWithoutAGradientStay) {
  OneMatrix model;
  Optimizer optimizer = make(model);
  model.set_gradients(1);
  optimizer.zero_grad();
  EXPECT_EQ(norm(optimizer.step()), 0);
  EXPECT_EQ(first(model.matrix), 1);
}

}  // namespace
}  // namespace missmodal::trainer
