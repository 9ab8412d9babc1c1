// Whole small trials on a GPU: what only the device can show. Skipped where LibTorch sees none.

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "sweeps/error.h"
#include "tests/trainer/model/tiny_model.h"
#include "tests/trainer/small_dataset.h"
#include "trainer/threads.h"
#include "trainer/train_trial.h"
#include "trainer/training_checkpoints.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::ScratchFolder;
using sweeps::Outcome;
using sweeps::Precision;

class GpuTraining : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "LibTorch sees no GPU";
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/1);  // before cuBLAS is first used
    set_threads(1);
    // The library's fused dropout draws other factors than the CPU's.
    bert_.insert(bert_.find('{') + 1, R"("hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0, )");
    configuration_.model.dropout = 0;
    configuration_.model.fusion_dropout = 0;
    configuration_.training.max_epochs = 3;
  }

  TrainedTrial train(torch::Device device, Precision precision = Precision::fp32) const {
    sweeps::Configuration configuration = configuration_;
    configuration.training.precision = precision;
    return train_trial(configuration, *dataset_, setup_, device);
  }

  void use_bert(const std::string& bert) {
    configuration_.model.text_encoder = sweeps::TextEncoder::bert;
    configuration_.model.text_init = sweeps::TextInit::random;
    configuration_.model.text_weights = folder_.write("config.json", bert).parent_path().string();
  }

  static void expect_near(const TrainedTrial& a, const TrainedTrial& b, double relative) {
    ASSERT_EQ(a.result.outcome, Outcome::finished);
    ASSERT_EQ(b.result.outcome, Outcome::finished);
    ASSERT_EQ(a.result.epochs.size(), b.result.epochs.size());
    for (std::size_t epoch = 0; epoch < a.result.epochs.size(); ++epoch) {
      for (const auto& [name, loss] : a.result.epochs[epoch].losses) {
        EXPECT_NEAR(b.result.epochs[epoch].losses.at(name), loss, relative * std::abs(loss))
            << name << " of epoch " << epoch + 1;
      }
    }
  }

  static sweeps::EvaluationPlan plan() {
    sweeps::EvaluationPlan plan;
    plan.draws = 2;
    return plan;
  }

  ScratchFolder folder_;
  std::string bert_ = testing::kTinyBert;
  std::shared_ptr<const Dataset> dataset_ = testing::small_dataset(folder_);
  EvaluationSetup setup_{plan(), *dataset_};
  sweeps::Configuration configuration_ = testing::small_configuration();
};

constexpr double kFp32 = 1e-4;  // nine steps of Adam carry a difference of rounding on
constexpr double kFp64 = 1e-6;  // a GPU's learning rates are float32
constexpr double kBf16 = 3e-2;

TEST_F(GpuTraining, InFp32IsTheCpus) {
  expect_near(train(torch::kCPU), train(torch::kCUDA), kFp32);
}

TEST_F(GpuTraining, InFp32WithBertIsTheCpus) {
  use_bert(bert_);
  expect_near(train(torch::kCPU), train(torch::kCUDA), kFp32);
}

TEST_F(GpuTraining, InFp64IsTheCpus) {
  expect_near(train(torch::kCPU, Precision::fp64), train(torch::kCUDA, Precision::fp64), kFp64);
}

TEST_F(GpuTraining, InBf16AndTf32IsNear) {
  const TrainedTrial exact = train(torch::kCUDA);
  expect_near(exact, train(torch::kCUDA, Precision::bf16), kBf16);
  expect_near(exact, train(torch::kCUDA, Precision::tf32), kBf16);
}

TEST_F(GpuTraining, ADeterministicOneGoesOnFromACheckpointWithTheSameBits) {
  configuration_.training.deterministic = true;
  configuration_.model.dropout = 0.1;
  const TrainedTrial undisturbed = train(torch::kCUDA);
  CheckpointOptions options;
  options.folder = folder_ / "";
  options.name = "cell";
  options.interval = std::chrono::seconds(0);
  TrainingCheckpoints checkpoints(std::move(options));
  TrialHooks hooks;
  int batches = 0;
  hooks.interrupted = [&] { return ++batches > 4; };
  const TrainedTrial cut =
      train_trial(configuration_, *dataset_, setup_, torch::kCUDA, hooks, nullptr, &checkpoints);
  ASSERT_EQ(cut.result.outcome, Outcome::interrupted);
  const TrainedTrial resumed =
      train_trial(configuration_, *dataset_, setup_, torch::kCUDA, {}, nullptr, &checkpoints);
  ASSERT_EQ(resumed.result.outcome, Outcome::finished);
  EXPECT_EQ(resumed.result.predictions[1].values, undisturbed.result.predictions[1].values);
}

// The device notes the step, the host learns of it at the epoch's end.
TEST_F(GpuTraining, DivergesAtItsStep) {
  configuration_.training.learning_rate = 1e30;
  const TrainedTrial trial = train(torch::kCUDA);
  EXPECT_EQ(trial.result.outcome, Outcome::diverged);
  EXPECT_EQ(trial.result.diverged_step, 2);
  EXPECT_TRUE(trial.result.epochs.empty());
  EXPECT_FALSE(trial.checkpoint);
}

TEST_F(GpuTraining, GoesOnAfterAWordPieceThatBertDoesNotKnow) {
  std::string bert = bert_;
  bert.replace(bert.find("\"vocab_size\": 11"), 16, "\"vocab_size\": 10");
  use_bert(bert);
  EXPECT_THROW(train(torch::kCUDA), InputError);
  use_bert(bert_);
  EXPECT_EQ(train(torch::kCUDA).result.outcome, Outcome::finished);
}

}  // namespace
}  // namespace missmodal::trainer
