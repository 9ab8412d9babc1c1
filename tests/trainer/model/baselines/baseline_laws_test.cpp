// What holds for every baseline: ranks, interruptions, missing modalities, checkpoints.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sweeps/model_kind.h"
#include "tests/trainer/data_parallel_law.h"
#include "tests/trainer/model/baselines/tiny_baselines.h"
#include "tests/trainer/model/tiny_model.h"
#include "tests/trainer/small_dataset.h"
#include "tests/trainer/training_law.h"
#include "trainer/batch.h"
#include "trainer/checkpoint.h"
#include "trainer/model/registry.h"
#include "trainer/prediction.h"
#include "trainer/threads.h"
#include "trainer/train_trial.h"

namespace missmodal::trainer {
namespace {

using testing::tiny_baseline;

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const sweeps::ModelKind& kind : sweeps::model_kinds()) {
    if (kind.name != "missmodal") names.emplace_back(kind.name);
  }
  return names;
}

const testing::Lengths kLengths{{{3, 1, 5, 2}, {2, 4, 1, 3}, {6, 1, 2, 4}}};

class Baseline : public ::testing::TestWithParam<std::string> {
 protected:
  Baseline() { set_threads(1); }
  std::shared_ptr<Model> make(const sweeps::Settings& more = {},
                              testing::Dropout dropout = testing::Dropout::as_given) const {
    const auto model = make_model(tiny_baseline(GetParam(), more, dropout), testing::kTinyWidths);
    model->begin_training(7);
    return model;
  }
};

TEST_P(Baseline, ManyMembersComputeWhatOneDoes) {
  for (const auto dropout : {testing::Dropout::off, testing::Dropout::as_given}) {
    for (const testing::Path path : testing::kPaths) {
      if (testing::is_missing(path)) GTEST_SKIP() << "LibTorch sees no GPU";
      testing::expect_data_parallel_law([&] { return make({}, dropout); }, 3, path);
    }
  }
}

TEST_P(Baseline, HasAGradientWhereItSaysThatItIsUsed) {
  const auto model = make();
  const Batch batch = testing::random_batch(kLengths);
  std::set<std::string> stepped;
  const std::vector<TrainingPass> passes = model->epoch();
  for (std::size_t pass = 0; pass < passes.size(); ++pass) {
    for (std::size_t stage = 0; stage < passes[pass].stages.size(); ++stage) {
      Context context{1111, 3, 2, Group()};
      context.pass = static_cast<int>(pass);
      context.stage = static_cast<int>(stage);
      model->loss(model->forward(batch, context), batch, context).total.backward();
    }
  }
  for (const auto& item : model->named_parameters())
    EXPECT_EQ(item.value().grad().defined(), model->is_used(item.key())) << item.key();
  for (const OptimizerPlan& plan : model->optimizers(tiny_baseline(GetParam()).training)) {
    for (const ParameterGroup& group : plan.groups)
      stepped.insert(group.parameters.begin(), group.parameters.end());
  }
  for (const auto& item : model->named_parameters())
    EXPECT_EQ(stepped.contains(item.key()), model->is_used(item.key())) << item.key();
}

// Whatever shortcut predict() takes, row S is the prediction of a batch whose other modalities are zeros.
TEST_P(Baseline, PredictsSubsetsAsSevenPassesDo) {
  const torch::NoGradGuard no_grad;
  const Batch batch = testing::random_batch(kLengths);
  std::vector<sweeps::Settings> places{{}};
  if (sweeps::model_kind(GetParam()).has_representations) {
    places.push_back({{"evaluation.zero_at.text", "representation"},
                      {"evaluation.zero_at.audio", "representation"},
                      {"evaluation.zero_at.vision", "representation"}});
  }
  for (const sweeps::Settings& zero_at : places) {
    const auto model = make(zero_at);
    const torch::Tensor rows = model->predict(batch);
    ASSERT_EQ(rows.sizes().vec(), (std::vector<std::int64_t>{7, 4}));
    // CTFN translates what is missing: ctfn_test.cpp.
    const torch::Tensor passes = GetParam() == "ctfn" ? rows : model->Model::predict(batch);
    EXPECT_LE(testing::largest_difference(rows, passes), 1e-6);
    EXPECT_LE(testing::largest_difference(rows[0], model->predict_complete(batch)), 1e-6);
    Batch other = batch;  // what is missing does not matter
    other.sequences[1].rows = other.sequences[1].rows + 1;
    const torch::Tensor again = model->predict(other);
    for (const Subset subset : {Subset::T, Subset::V, Subset::TV})
      EXPECT_TRUE(torch::equal(again[row(subset)], rows[row(subset)]));
  }
}

// A sample's prediction is its own, but for what normalisation learned before.
TEST_P(Baseline, PredictsAnUtteranceAloneAsAmongOthers) {
  const torch::NoGradGuard no_grad;
  const auto model = make();
  const Batch batch = testing::random_batch(kLengths);
  const torch::Tensor rows = model->predict(batch);
  for (std::int64_t i = 0; i < batch.size(); ++i) {
    const torch::Tensor alone = model->predict(testing::pick(batch, {i}));
    EXPECT_LE(testing::largest_difference(alone.squeeze(1), rows.select(1, i)), 1e-6);
  }
}

class BaselineTrial : public Baseline {
 protected:
  sweeps::Configuration configuration(int epochs,
                                      testing::Dropout dropout = testing::Dropout::as_given) const {
    const double rate = GetParam() == "ctfn" ? 0.01 : 0.03;  // at 0.03 it is stuck on some processors
    return tiny_baseline(GetParam(),
                         {{"training.batch_size", 5},
                          {"training.learning_rate", rate},
                          {"training.weight_decay", 0.0},
                          {"training.max_epochs", epochs},
                          {"training.patience", epochs}},
                         dropout);
  }
  missmodal::testing::ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_ = testing::small_dataset(folder_);
};

TEST_P(BaselineTrial, GoesOnAsIfNothingHadHappened) {
  const sweeps::Configuration three = configuration(3);
  testing::expect_resumed_is_undisturbed(
      [&] { return Training(three, *dataset_, make_model(three, widths_of(*dataset_)), torch::kCPU); }, 3);
}

TEST_P(BaselineTrial, TrainsAndIsReadBackFromItsCheckpoint) {
  const sweeps::Configuration configuration = this->configuration(40, testing::Dropout::off);
  const EvaluationSetup setup(sweeps::EvaluationPlan{}, *dataset_);
  const auto trained = train_trial(configuration, *dataset_, setup, torch::kCPU, {});
  ASSERT_EQ(trained.result.outcome, sweeps::Outcome::finished);
  const auto& epochs = trained.result.epochs;
  EXPECT_LT(epochs.back().losses.at("total"), 0.9 * epochs.front().losses.at("total"));
  std::int64_t parameters = 0;
  const Model& model = *trained.checkpoint->model;
  for (const auto& item : model.named_parameters())
    parameters += model.is_used(item.key()) ? item.value().numel() : 0;
  EXPECT_EQ(trained.result.parameters, parameters);

  const auto path = folder_ / "model.safetensors";
  save_checkpoint(OutputFile(path), *trained.checkpoint);
  const Checkpoint read = load_checkpoint(path);
  const Collator collator(read.normalization, torch::kCPU);
  const auto predictions =
      predict_subsets(*read.model, dataset_->split(sweeps::SplitName::test), collator, {.batch_size = 5});
  ASSERT_TRUE(predictions);
  EXPECT_EQ(*predictions, trained.result.predictions[1].values);
}

INSTANTIATE_TEST_SUITE_P(Models, Baseline, ::testing::ValuesIn(names()),
                         [](const auto& parameter) { return parameter.param; });
INSTANTIATE_TEST_SUITE_P(Models, BaselineTrial, ::testing::ValuesIn(names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace missmodal::trainer
