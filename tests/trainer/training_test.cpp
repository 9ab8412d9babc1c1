// A training that goes on from what was captured is the training that was never disturbed.

#include "trainer/training.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "tests/trainer/forgetful_model.h"
#include "tests/trainer/same_tensors.h"
#include "tests/trainer/small_dataset.h"
#include "tests/trainer/staged_model.h"
#include "tests/trainer/training_law.h"
#include "trainer/threads.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::ScratchFolder;
using sweeps::Outcome;
using testing::expect_same;
using testing::small_configuration;
using MakeModel = std::function<std::shared_ptr<Model>()>;

constexpr int kEpochs = 6;

class TrainingLaw : public ::testing::Test {
 protected:
  TrainingLaw() {
    set_threads(1);
    configuration_.training.learning_rate = 0.02;  // the best epoch is not the last
    configuration_.training.max_epochs = kEpochs;
    configuration_.training.patience = kEpochs;
  }

  Training training(const MakeModel& make) const { return {configuration_, *dataset_, make(), torch::kCPU}; }

  void check(const MakeModel& make) {
    testing::expect_resumed_is_undisturbed([&] { return training(make); }, kEpochs);
  }

  ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_ = testing::small_dataset(folder_);
  sweeps::Configuration configuration_ = small_configuration();
};

TEST_F(TrainingLaw, HoldsWithDropout) {
  ASSERT_GT(configuration_.model.dropout, 0);
  check([this] { return make_model(configuration_, widths_of(*dataset_)); });
}

TEST_F(TrainingLaw, HoldsWithWarmup) {
  configuration_.training.warmup_steps = 10;
  check([this] { return make_model(configuration_, widths_of(*dataset_)); });
}

TEST_F(TrainingLaw, HoldsWithBuffersAndTables) {
  configuration_.training.learning_rate = 0.1;
  check([] { return std::make_shared<testing::ForgetfulModel>(); });
}

TEST_F(TrainingLaw, HoldsWithPassesStagesAndAPlateau) {
  check([] { return std::make_shared<testing::StagedModel>(); });
}

class Precisions : public TrainingLaw {
 protected:
  TrainingProgress train(sweeps::Precision precision) {
    configuration_.training.precision = precision;
    configuration_.training.learning_rate = 1e-3;
    Training training(configuration_, *dataset_, make_model(configuration_, widths_of(*dataset_)),
                      torch::kCPU);
    EXPECT_EQ(training.run({}), Outcome::finished);
    for (const torch::Tensor& parameter : training.model()->parameters()) {
      EXPECT_EQ(parameter.scalar_type(),
                precision == sweeps::Precision::fp64 ? torch::kFloat64 : torch::kFloat32);
    }
    return training.progress();
  }
  static void expect_near(const TrainingProgress& a, const TrainingProgress& b, double relative) {
    ASSERT_EQ(a.epochs.size(), b.epochs.size());
    for (std::size_t i = 0; i < a.epochs.size(); ++i) {
      for (const auto& [name, loss] : a.epochs[i].losses)
        EXPECT_NEAR(b.epochs[i].losses.at(name), loss, relative * loss) << name << " of epoch " << i + 1;
      EXPECT_NEAR(b.epochs[i].valid_mae, a.epochs[i].valid_mae, relative * a.epochs[i].valid_mae);
    }
  }
};

TEST_F(Precisions, OfMoreOrFewerDigitsAreNear) {
  const TrainingProgress fp32 = train(sweeps::Precision::fp32);
  expect_near(fp32, train(sweeps::Precision::fp64), 1e-4);
  expect_near(fp32, train(sweeps::Precision::bf16), 3e-2);
}

TEST_F(Precisions, Bf16ComputesWithFewerDigits) {
  EXPECT_NE(train(sweeps::Precision::bf16).epochs[0].losses, train(sweeps::Precision::fp32).epochs[0].losses);
}

// A CPU has no TF32.
TEST_F(Precisions, Tf32IsFp32OnACpu) {
  EXPECT_EQ(train(sweeps::Precision::tf32).epochs[0].losses, train(sweeps::Precision::fp32).epochs[0].losses);
}

// What a state holds does not change as the training goes on.
TEST_F(TrainingLaw, ACapturedStateIsACopy) {
  Training training = this->training([this] { return make_model(configuration_, widths_of(*dataset_)); });
  const TrainingState state = training.capture();
  const NamedTensors before = copied(state.model, torch::kCPU);
  training.run({});
  expect_same(state.model, before);
}

}  // namespace
}  // namespace missmodal::trainer
