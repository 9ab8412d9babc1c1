// Laws of data parallelism, between threads: a group of any size computes what one member does.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "tests/trainer/data_parallel_law.h"
#include "tests/trainer/gang.h"
#include "tests/trainer/model/paths.h"
#include "tests/trainer/model/tiny_model.h"
#include "tests/trainer/small_dataset.h"
#include "trainer/batch.h"
#include "trainer/model/missmodal.h"
#include "trainer/parallel/group.h"
#include "trainer/prediction.h"
#include "trainer/train_trial.h"

namespace missmodal::trainer {
namespace {

using sweeps::DisForm;
using sweeps::GeoForm;
using sweeps::LossTerm;
using sweeps::TextEncoder;
using testing::by_members;

void expect_law(const sweeps::Configuration& configuration, testing::Path path) {
  const auto make = [&] {
    const bool bert = configuration.model.text_encoder == TextEncoder::bert;
    auto model =
        std::make_shared<MissModal>(configuration, testing::kTinyWidths, bert ? testing::kTinyBert : "");
    model->initialize();
    return model;
  };
  testing::expect_data_parallel_law(make, static_cast<std::uint64_t>(configuration.seed), path);
}

using LawCase = std::tuple<TextEncoder, GeoForm, DisForm, testing::Path>;

class Gradients : public ::testing::TestWithParam<LawCase> {
 protected:
  sweeps::Configuration configuration(std::int64_t seed, double dropout) const {
    auto result = testing::tiny_configuration(std::get<0>(GetParam()), dropout);
    result.loss.geo = std::get<1>(GetParam());
    result.loss.dis = std::get<2>(GetParam());
    result.seed = seed;
    return result;
  }
  testing::Path path() const { return std::get<3>(GetParam()); }
};

TEST_P(Gradients, OfManyAreThoseOfOne) {
  expect_law(configuration(1111, 0), path());
  expect_law(configuration(1112, 0.3), path());
}

std::string name_of(const ::testing::TestParamInfo<LawCase>& info) {
  const auto [encoder, geo, dis, path] = info.param;
  return fmt::format("{}_{}_{}_{}", encoder == TextEncoder::bert ? "bert" : "sequence",
                     sweeps::kGeoFormWords[static_cast<std::size_t>(geo)],
                     sweeps::kDisFormWords[static_cast<std::size_t>(dis)], testing::name(path));
}

INSTANTIATE_TEST_SUITE_P(
    LossForms, Gradients,
    ::testing::Values(LawCase{TextEncoder::sequence, GeoForm::gmc, DisForm::mean_sq, testing::Path::loops},
                      LawCase{TextEncoder::sequence, GeoForm::gmc, DisForm::mean_sq, testing::Path::library},
                      LawCase{TextEncoder::sequence, GeoForm::negatives, DisForm::sq, testing::Path::loops},
                      LawCase{TextEncoder::sequence, GeoForm::negatives, DisForm::l2, testing::Path::library},
                      LawCase{TextEncoder::bert, GeoForm::gmc, DisForm::l2, testing::Path::loops},
                      LawCase{TextEncoder::bert, GeoForm::negatives, DisForm::mean_sq,
                              testing::Path::library}),
    name_of);

// Of the incomplete fusions nobody has a gradient, and a group leaves them without.
TEST(Gradients, OfUnusedParametersStayUndefined) {
  auto configuration = testing::tiny_configuration(TextEncoder::sequence, 0.3);
  configuration.loss.terms = {LossTerm::task};
  for (const testing::Path path : testing::kPaths) expect_law(configuration, path);
}

// A small trial of every kind of batch: 13 utterances by 5 leave a last batch of 3.
class Trials : public ::testing::Test {
 protected:
  Trials() { use({.utterances = {13, 6, 5}}); }

  void use(const testing::SmallDatasetOptions& options) {
    dataset_ = testing::small_dataset(folder_, options);
    setup_.emplace(sweeps::EvaluationPlan{}, *dataset_);
  }

  static sweeps::Configuration configuration(int epochs = 2) {
    auto configuration = testing::small_configuration();
    configuration.training.batch_size = 5;
    configuration.training.max_epochs = epochs;
    configuration.training.patience = epochs;
    configuration.training.learning_rate = 1e-2;
    return configuration;
  }

  using HooksOf = std::function<TrialHooks(int member)>;
  std::vector<sweeps::TrialResult> train(
      int size, const sweeps::Configuration& configuration,
      const HooksOf& hooks = [](int) { return TrialHooks(); }, Link link = Link::memory) const {
    const auto member = [&](Communicator& communicator) {
      return train_trial(configuration, *dataset_, *setup_, torch::kCPU, hooks(communicator.rank()),
                         &communicator)
          .result;
    };
    return by_members<sweeps::TrialResult>(size, member, link);
  }

  missmodal::testing::ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_;
  std::optional<EvaluationSetup> setup_;
};

void expect_same_bits(const sweeps::TrialResult& a, const sweeps::TrialResult& b) {
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  ASSERT_EQ(a.epochs.size(), b.epochs.size());
  for (std::size_t i = 0; i < a.epochs.size(); ++i) {
    EXPECT_EQ(a.epochs[i].losses, b.epochs[i].losses);
    EXPECT_EQ(a.epochs[i].valid_mae, b.epochs[i].valid_mae);
  }
  ASSERT_EQ(a.predictions.size(), b.predictions.size());
  for (std::size_t i = 0; i < a.predictions.size(); ++i)
    EXPECT_EQ(a.predictions[i].values, b.predictions[i].values);
}

// Where the members sit changes nothing.
TEST_F(Trials, HaveTheSameBitsInSharedMemoryAndByMessages) {
  const auto no_hooks = [](int) { return TrialHooks(); };
  for (const int size : {2, 3}) {
    const auto in_memory = train(size, configuration(), no_hooks, Link::memory);
    const auto by_messages = train(size, configuration(), no_hooks, Link::messages);
    for (std::size_t place = 0; place < in_memory.size(); ++place)
      expect_same_bits(in_memory[place], by_messages[place]);
  }
}

// One step an epoch, so that an epoch's losses are a step's; the members' shares are uneven.
TEST_F(Trials, TenStepsOfManyHaveTheLossesOfOne) {
  use({.utterances = {7, 3, 3}});
  auto ten = configuration(10);
  ten.training.batch_size = 7;
  const auto one = train(1, ten).front().epochs;
  ASSERT_EQ(one.size(), 10U);
  EXPECT_GT(std::abs(one[0].losses.at("total") - one[9].losses.at("total")), 1e-2);  // it does train
  for (const int size : {2, 3, 4}) {
    const auto many = train(size, ten).front().epochs;
    ASSERT_EQ(many.size(), 10U);
    for (std::size_t i = 0; i < 10; ++i) {
      for (const auto& [name, loss] : one[i].losses)
        EXPECT_NEAR(many[i].losses.at(name), loss, 1e-4) << size << " members, step " << i << ", " << name;
    }
  }
}

TEST_F(Trials, ThreeEpochsInDoublePrecisionAgree) {
  auto precise = configuration(3);
  precise.training.precision = sweeps::Precision::fp64;
  const sweeps::TrialResult one = train(1, precise).front();
  ASSERT_EQ(one.epochs.size(), 3U);
  for (const int size : {2, 3, 4}) {
    SCOPED_TRACE(size);
    const sweeps::TrialResult many = train(size, precise).front();
    ASSERT_EQ(many.epochs.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(many.epochs[i].valid_mae, one.epochs[i].valid_mae, 1e-6);
      for (const auto& [name, loss] : one.epochs[i].losses)
        EXPECT_NEAR(many.epochs[i].losses.at(name), loss, 1e-6);
    }
    for (std::size_t split = 0; split < one.predictions.size(); ++split) {
      for (std::size_t i = 0; i < one.predictions[split].values.size(); ++i)
        EXPECT_NEAR(many.predictions[split].values[i], one.predictions[split].values[i], 1e-6);
    }
  }
}

TEST_F(Trials, GiveTheSameBitsOnEveryMemberAndAgain) {
  for (const int size : {1, 2, 3, 4}) {
    SCOPED_TRACE(size);
    const auto first = train(size, configuration());
    const auto second = train(size, configuration());
    ASSERT_EQ(first[0].outcome, sweeps::Outcome::finished);
    for (const sweeps::TrialResult& result : first) {
      expect_same_bits(result, first[0]);
      for (std::size_t i = 0; i < result.epochs.size(); ++i)
        EXPECT_EQ(result.epochs[i].train_seconds, first[0].epochs[i].train_seconds);
    }
    expect_same_bits(second[0], first[0]);
  }
}

TEST_F(Trials, AreEvaluatedWithTheSameBitsHoweverManyShareIt) {
  const auto model = [&] { return make_model(configuration(), widths_of(*dataset_)); };
  const Collator collator(normalization_of(*dataset_, sweeps::Normalize::zscore), torch::kCPU);
  const Split& split = dataset_->split(sweeps::SplitName::train);
  using Matrix = std::optional<std::vector<float>>;
  const auto pass = [&](Communicator& communicator) {
    return predict_subsets(*model(), split, collator, {.batch_size = 3, .group = Group(communicator)});
  };
  const Matrix one = by_members<Matrix>(1, pass).front();
  ASSERT_TRUE(one);
  for (const int size : {2, 3, 4, 6}) {
    for (const Matrix& many : by_members<Matrix>(size, pass)) EXPECT_EQ(many, one) << size;
  }
}

TEST_F(Trials, DivergeOnAllMembersAtTheSameStep) {
  auto absurd = configuration();
  absurd.training.learning_rate = 1e30;
  for (const int size : {1, 3}) {
    for (const sweeps::TrialResult& result : train(size, absurd)) {
      EXPECT_EQ(result.outcome, sweeps::Outcome::diverged);
      EXPECT_EQ(result.diverged_step, 2);
    }
  }
}

// Wherever it is: in one of 3 steps, in the validation, or in the evaluation at the end.
TEST_F(Trials, AnInterruptOnOneMemberEndsAllAtTheSameStep) {
  constexpr int kMembers = 3;
  std::array<int, kMembers> asked{};  // before training steps; by member
  const auto hooks = [&](int stop, int who) {
    return [&asked, stop, who](int member) {
      TrialHooks of_member;
      of_member.interrupted = [&asked, stop, who, member] {
        return ++asked[static_cast<std::size_t>(member)] == stop && member == who;
      };
      return of_member;
    };
  };
  train(kMembers, configuration(1), hooks(-1, 0));
  const std::array<int, kMembers> whole = asked;
  for (const int who : {0, 2}) {
    for (int stop = 1; stop <= whole[static_cast<std::size_t>(who)]; ++stop) {
      SCOPED_TRACE(fmt::format("member {} is interrupted when asked for the {}th time", who, stop));
      asked = {};
      const auto results = train(kMembers, configuration(1), hooks(stop, who));
      for (const sweeps::TrialResult& result : results) {
        EXPECT_EQ(result.outcome, sweeps::Outcome::interrupted);
        EXPECT_EQ(result.epochs.size(), results[0].epochs.size());
        EXPECT_TRUE(result.predictions.empty());
      }
      if (stop <= 3) {
        EXPECT_EQ(asked, (std::array<int, kMembers>{stop, stop, stop}));
      }
    }
  }
}

}  // namespace
}  // namespace missmodal::trainer
