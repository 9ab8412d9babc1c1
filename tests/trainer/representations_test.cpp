#include "trainer/representations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "tests/trainer/gang.h"
#include "tests/trainer/model/tiny_model.h"
#include "tests/trainer/small_dataset.h"
#include "trainer/threads.h"
#include "trainer/train_trial.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::ScratchFolder;
using sweeps::Outcome;
using sweeps::SplitName;
using ::testing::ElementsAre;
using testing::small_configuration;

TEST(Represented, AreAllOrEvenlySpread) {
  EXPECT_TRUE(represented(0, 6).empty());
  EXPECT_THAT(represented(3, 6), ElementsAre(0, 1, 2));
  EXPECT_EQ(represented(285, 128).size(), 285U);
  for (const std::size_t utterances : {286U, 686U, 4659U}) {
    const std::vector<std::size_t> chosen = represented(utterances, 128);
    ASSERT_EQ(chosen.size(), 285U);
    EXPECT_EQ(chosen.front(), 0U);
    for (std::size_t i = 1; i < chosen.size(); ++i) {
      const std::size_t step = chosen[i] - chosen[i - 1];
      EXPECT_TRUE(step == utterances / 285 || step == utterances / 285 + 1);
    }
    EXPECT_LE(utterances - chosen.back(), utterances / 285 + 1);
  }
}

// As wide as a configuration may ask for: what is kept of a cell still fits into a message.
TEST(Represented, AreFewerWhereTheyAreWide) {
  EXPECT_EQ(represented(686, 2048).size(), 285U);
  EXPECT_THAT(represented(686, 65536), ElementsAre(0, 76, 152, 228, 304, 381, 457, 533, 609));
}

class Representing : public ::testing::Test {
 protected:
  Representing() { set_threads(1); }

  static sweeps::Configuration configuration() {
    auto configuration = small_configuration();
    configuration.training.learning_rate = 0.02;
    return configuration;
  }

  static TrialHooks asking() {
    TrialHooks hooks;
    hooks.representations = true;
    return hooks;
  }

  TrainedTrial train(const sweeps::Configuration& configuration, const TrialHooks& hooks) const {
    return train_trial(configuration, *dataset_, setup_, torch::kCPU, hooks);
  }

  Collator collator() const { return {normalization_of(*dataset_, sweeps::Normalize::zscore), torch::kCPU}; }

  ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_ = testing::small_dataset(folder_, {.utterances = {12, 6, 9}});
  const Split& split_ = dataset_->split(SplitName::test);
  EvaluationSetup setup_{sweeps::EvaluationPlan{}, *dataset_};
};

// What the predictor makes of them is the prediction: of every subset, utterance by utterance, in the order
// asked for, by either route.
TEST_F(Representing, AreWhatThePredictorReads) {
  const torch::NoGradGuard no_grad;
  for (const sweeps::Route route : {sweeps::Route::subset, sweeps::Route::full}) {
    auto routed = configuration();
    routed.evaluation.route = route;
    const auto model = make_model(routed, widths_of(*dataset_));
    const std::vector<float> predictions = predict_subsets(*model, split_, collator()).value();
    const std::vector<std::size_t> utterances{7, 0, 3};
    const std::vector<float> values =
        represent_subsets(*model, split_, utterances, collator(), {.batch_size = 2}).value();
    ASSERT_EQ(values.size(), 7U * 3 * 6);
    auto parameters = model->named_parameters();
    const auto linear = [&](const torch::Tensor& in, const std::string& name) {
      return torch::linear(in, parameters["predictor." + name + ".weight"],
                           parameters["predictor." + name + ".bias"]);
    };
    const torch::Tensor predicted = linear(linear(torch::tensor(values).view({7, 3, 6}), "0").relu(), "2");
    for (std::int64_t row = 0; row < 7; ++row) {
      for (std::int64_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(predicted[row][i].item<float>(),
                    predictions[static_cast<std::size_t>(row) * 9 + utterances[static_cast<std::size_t>(i)]],
                    1e-6);
      }
    }
  }
}

TEST_F(Representing, OfATrialAreTheInitialModelsAndTheEvaluatedOnes) {
  const TrainedTrial trial = train(configuration(), asking());
  ASSERT_EQ(trial.result.outcome, Outcome::finished);
  ASSERT_EQ(trial.result.representations.size(), 2U);
  const sweeps::Representations& before = trial.result.representations[0];
  const sweeps::Representations& after = trial.result.representations[1];
  EXPECT_EQ(before.moment, sweeps::Moment::before);
  EXPECT_EQ(after.moment, sweeps::Moment::after);
  EXPECT_EQ(after.width, 6);
  EXPECT_THAT(after.positions, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(after.positions, before.positions);
  const PassOptions batches{.batch_size = 4};
  const auto initial = make_model(configuration(), widths_of(*dataset_));
  EXPECT_EQ(represent(*initial, split_, collator(), sweeps::Moment::before, batches)->values, before.values);
  EXPECT_EQ(represent(*trial.checkpoint->model, split_, collator(), sweeps::Moment::after, batches)->values,
            after.values);
  EXPECT_NE(before.values, after.values);
}

TEST_F(Representing, ChangesNoBitOfTheTrial) {
  const sweeps::TrialResult plain = train(configuration(), {}).result;
  const sweeps::TrialResult asked = train(configuration(), asking()).result;
  EXPECT_TRUE(plain.representations.empty());
  ASSERT_EQ(plain.predictions.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(plain.predictions[i].values, asked.predictions[i].values);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(plain.epochs[i].losses, asked.epochs[i].losses);
}

TEST_F(Representing, IsInterruptedLikeAllElse) {
  int asked = 0;
  TrialHooks hooks = asking();
  hooks.interrupted = [&] {
    ++asked;
    return false;
  };
  train(configuration(), hooks);
  const int whole = asked;
  EXPECT_EQ(whole, 3 + 2 * (3 + 2) + 2 + 3 + 3);
  for (const int stop : {1, 3, whole - 2, whole}) {
    asked = 0;
    hooks.interrupted = [&] { return ++asked == stop; };
    const sweeps::TrialResult result = train(configuration(), hooks).result;
    EXPECT_EQ(result.outcome, Outcome::interrupted) << stop;
    EXPECT_EQ(asked, stop);
    EXPECT_TRUE(result.predictions.empty() && result.metrics.empty() && result.representations.empty());
  }
}

TEST_F(Representing, OfADivergedTrialAreNone) {
  auto absurd = configuration();
  absurd.training.learning_rate = 1e30;
  const sweeps::TrialResult result = train(absurd, asking()).result;
  EXPECT_EQ(result.outcome, Outcome::diverged);
  EXPECT_TRUE(result.representations.empty());
}

// Whole batches are shared out, so the initial model's are the same however many compute them.
TEST_F(Representing, OfAGangAreTheSameOnEveryMemberAndAgain) {
  const auto train_many = [&](int size) {
    return testing::by_members<sweeps::TrialResult>(size, [&](Communicator& communicator) {
      return train_trial(configuration(), *dataset_, setup_, torch::kCPU, asking(), &communicator).result;
    });
  };
  const sweeps::TrialResult alone = train(configuration(), asking()).result;
  for (const int size : {1, 2, 3}) {
    SCOPED_TRACE(size);
    const auto first = train_many(size);
    const auto second = train_many(size);
    for (const sweeps::TrialResult& result : first) {
      ASSERT_EQ(result.representations.size(), 2U);
      EXPECT_EQ(result.representations[0].values, alone.representations[0].values);
      EXPECT_EQ(result.representations[1].values, first[0].representations[1].values);
    }
    EXPECT_EQ(second[0].representations[1].values, first[0].representations[1].values);
  }
}

}  // namespace
}  // namespace missmodal::trainer
