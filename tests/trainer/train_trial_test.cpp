#include "trainer/train_trial.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/evaluation/metrics.h"
#include "tests/trainer/model/tiny_model.h"
#include "tests/trainer/small_dataset.h"
#include "trainer/batch.h"
#include "trainer/prediction.h"
#include "trainer/threads.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::ScratchFolder;
using sweeps::Outcome;
using sweeps::SplitName;
using testing::small_configuration;
using testing::small_dataset;

class TrainTrial : public ::testing::Test {
 protected:
  TrainTrial() { set_threads(1); }

  TrainedTrial train(const sweeps::Configuration& configuration, const TrialHooks& hooks = {}) const {
    return train_trial(configuration, *dataset_, setup_, torch::kCPU, hooks);
  }

  // Complete modalities' predictions of a split, as stored.
  std::vector<float> complete(const TrainedTrial& trial, SplitName split) const {
    const auto found = std::find_if(trial.result.predictions.begin(), trial.result.predictions.end(),
                                    [split](const auto& predictions) { return predictions.split == split; });
    const auto count = static_cast<std::ptrdiff_t>(dataset_->split(split).size());
    return {found->values.begin(), found->values.begin() + count};
  }

  void use(const testing::SmallDatasetOptions& options) {
    dataset_ = small_dataset(folder_, options);
    setup_ = EvaluationSetup(plan(), *dataset_);
  }

  static sweeps::EvaluationPlan plan() {
    sweeps::EvaluationPlan plan;
    plan.draws = 2;
    return plan;
  }

  ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_ = small_dataset(folder_);
  EvaluationSetup setup_{plan(), *dataset_};
};

constexpr int kTrialEpochs = 20;

// Late epochs are worse on validation than the best one, so that its weights are told from the last ones.
sweeps::Configuration overfitting() {
  auto configuration = small_configuration();
  configuration.training.learning_rate = 0.02;
  configuration.training.max_epochs = kTrialEpochs;
  configuration.training.patience = kTrialEpochs;
  return configuration;
}

TEST_F(TrainTrial, PredictionsAreTheBestEpochs) {
  const TrainedTrial trial = train(overfitting());
  ASSERT_EQ(trial.result.outcome, Outcome::finished);
  ASSERT_EQ(static_cast<int>(trial.result.epochs.size()), kTrialEpochs);
  const int best = trial.result.best_epoch;
  ASSERT_LT(best, kTrialEpochs);
  const double best_mae = trial.result.epochs[static_cast<std::size_t>(best) - 1].valid_mae;
  for (const sweeps::EpochRecord& epoch : trial.result.epochs) EXPECT_GE(epoch.valid_mae, best_mae);
  EXPECT_GT(trial.result.epochs.back().valid_mae, best_mae);
  const auto& labels = dataset_->split(SplitName::valid).labels;
  EXPECT_EQ(sweeps::score(complete(trial, SplitName::valid), labels).mae, best_mae);

  // A training that ends there ends with the same weights.
  auto shorter = overfitting();
  shorter.training.max_epochs = best;
  const TrainedTrial stopped = train(shorter);
  EXPECT_EQ(stopped.result.best_epoch, best);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(stopped.result.predictions[i].values, trial.result.predictions[i].values);
  }
}

TEST_F(TrainTrial, TheCheckpointHoldsTheBestEpoch) {
  const TrainedTrial trial = train(overfitting());
  ASSERT_TRUE(trial.checkpoint);
  const auto path = folder_ / "checkpoint.safetensors";
  save_checkpoint(OutputFile(path), *trial.checkpoint);
  const Checkpoint loaded = load_checkpoint(path);
  const Collator collator(loaded.normalization, torch::kCPU);
  for (const sweeps::SplitPredictions& stored : trial.result.predictions) {
    EXPECT_EQ(predict_subsets(*loaded.model, dataset_->split(stored.split), collator, {.batch_size = 4}),
              stored.values)
        << name(stored.split);
  }
}

TEST_F(TrainTrial, StopsWhenPatienceIsOver) {
  auto configuration = overfitting();
  configuration.training.patience = 1;
  const TrainedTrial trial = train(configuration);
  EXPECT_LT(trial.result.best_epoch, kTrialEpochs - 1);
  EXPECT_EQ(static_cast<int>(trial.result.epochs.size()), trial.result.best_epoch + 1);
}

TEST_F(TrainTrial, AnAbsurdLearningRateDivergesAtItsStep) {
  auto configuration = small_configuration();
  configuration.training.learning_rate = 1e30;
  const TrainedTrial trial = train(configuration);
  EXPECT_EQ(trial.result.outcome, Outcome::diverged);
  EXPECT_EQ(trial.result.diverged_step, 2);  // the first one's update is what the second cannot bear
  EXPECT_TRUE(trial.result.epochs.empty());
  EXPECT_TRUE(trial.result.predictions.empty());
  EXPECT_TRUE(trial.result.metrics.empty());
  EXPECT_EQ(trial.result.best_epoch, 0);
  EXPECT_FALSE(trial.checkpoint);
}

TEST_F(TrainTrial, PredictionsThatAreNotFiniteAreADivergence) {
  use({.spoil_test = true});
  const TrainedTrial trial = train(small_configuration());
  EXPECT_EQ(trial.result.outcome, Outcome::diverged);
  EXPECT_EQ(trial.result.diverged_step, 0);
  EXPECT_EQ(trial.result.epochs.size(), 2U);
  EXPECT_FALSE(trial.checkpoint);
  ASSERT_EQ(trial.result.predictions.size(), 2U);
  EXPECT_TRUE(std::isnan(complete(trial, SplitName::test)[0]));
  EXPECT_TRUE(std::isfinite(complete(trial, SplitName::test)[1]));
  for (const sweeps::MetricRow& row : trial.result.metrics) {
    if (row.split == SplitName::test && row.condition == sweeps::Condition{}) {
      EXPECT_FALSE(row.metrics.mae);
      EXPECT_FALSE(row.metrics.acc2_has0);
    }
  }
  EXPECT_FALSE(trial.result.metrics.empty());
}

// Every batch asks once, whatever pass it belongs to: 2 epochs of 3 + 2 batches, then 2 + 2.
TEST_F(TrainTrial, IsInterruptedWithinABatchWhereverItIs) {
  int asked = 0;
  TrialHooks hooks;
  hooks.interrupted = [&] {
    ++asked;
    return false;
  };
  EXPECT_EQ(train(small_configuration(), hooks).result.outcome, Outcome::finished);
  ASSERT_EQ(asked, 14);
  for (int stop = 1; stop <= 14; ++stop) {
    SCOPED_TRACE(stop);
    asked = 0;
    hooks.interrupted = [&] { return ++asked == stop; };
    const TrainedTrial trial = train(small_configuration(), hooks);
    EXPECT_EQ(trial.result.outcome, Outcome::interrupted);
    EXPECT_EQ(asked, stop);
    EXPECT_EQ(trial.result.epochs.size(), stop <= 5 ? 0U : stop <= 10 ? 1U : 2U);
    EXPECT_TRUE(trial.result.predictions.empty());
    EXPECT_TRUE(trial.result.metrics.empty());
    EXPECT_FALSE(trial.checkpoint);
  }
}

TEST_F(TrainTrial, GivesTheSameBitsTwice) {
  for (const int threads : {1, 2}) {
    SCOPED_TRACE(threads);
    set_threads(threads);
    const TrainedTrial first = train(small_configuration());
    const TrainedTrial second = train(small_configuration());
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(first.result.predictions[i].values, second.result.predictions[i].values);
      EXPECT_EQ(first.result.epochs[i].losses, second.result.epochs[i].losses);
      EXPECT_EQ(first.result.epochs[i].valid_mae, second.result.epochs[i].valid_mae);
    }
  }
}

TEST_F(TrainTrial, AFrozenBertStaysAsItWas) {
  auto configuration = small_configuration();
  configuration.model.text_encoder = sweeps::TextEncoder::bert;
  configuration.model.text_init = sweeps::TextInit::random;
  configuration.model.text_weights = folder_.write("config.json", testing::kTinyBert).parent_path().string();
  const std::int64_t parameters = train(configuration).result.parameters;
  configuration.training.text_learning_rate = 0;
  const auto before = make_model(configuration, widths_of(*dataset_));
  const TrainedTrial trial = train(configuration);
  ASSERT_TRUE(trial.checkpoint);
  EXPECT_EQ(trial.result.parameters, parameters);  // used, though not trained
  const auto values = before->named_parameters();
  for (const auto& item : trial.checkpoint->model->named_parameters()) {
    EXPECT_EQ(torch::equal(item.value(), values[item.key()]), item.key().starts_with("text.bert."))
        << item.key();
  }
}

// On a GPU the first such id would end the process, not the trial.
TEST_F(TrainTrial, RefusesAWordPieceThatBertDoesNotKnowBeforeItTrains) {
  auto configuration = small_configuration();
  configuration.model.text_encoder = sweeps::TextEncoder::bert;
  configuration.model.text_init = sweeps::TextInit::random;
  std::string bert = testing::kTinyBert;
  bert.replace(bert.find("\"vocab_size\": 11"), 16, "\"vocab_size\": 10");
  configuration.model.text_weights = folder_.write("config.json", bert).parent_path().string();
  TrialHooks hooks;
  hooks.interrupted = [] {
    ADD_FAILURE() << "a batch was begun";
    return false;
  };
  try {
    train(configuration, hooks);
    FAIL() << "trained";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("train.tokens: utterance a"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("has the word piece 10,"), std::string::npos) << error.what();
  }
}

TEST_F(TrainTrial, DependsOnTheSeed) {
  auto configuration = small_configuration();
  const TrainedTrial first = train(configuration);
  ++configuration.seed;
  EXPECT_NE(train(configuration).result.predictions[0].values, first.result.predictions[0].values);
}

TEST_F(TrainTrial, ReportsEveryConditionOfBothSplits) {
  const TrainedTrial trial = train(small_configuration());
  EXPECT_EQ(trial.result.predictions[0].split, SplitName::valid);
  EXPECT_EQ(trial.result.predictions[1].split, SplitName::test);
  EXPECT_EQ(trial.result.predictions[0].values.size(), 7U * 6);
  EXPECT_EQ(trial.result.predictions[1].values.size(), 7U * 5);
  for (const SplitName split : {SplitName::valid, SplitName::test}) {
    for (const sweeps::Condition& condition : setup_.plan.conditions) {
      EXPECT_TRUE(
          std::any_of(trial.result.metrics.begin(), trial.result.metrics.end(),
                      [&](const auto& row) { return row.split == split && row.condition == condition; }))
          << name(split) << " " << text(condition);
    }
  }
}

}  // namespace
}  // namespace missmodal::trainer
