#include "sweeps/method.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

Stage grid_stage(MethodType type, int trials, Policy policy) {
  Stage stage;
  stage.name = "search";
  stage.method = Method{type, trials, policy};
  stage.parameters = {
      {"loss.alpha", {0.3, 0.5, 0.7}}, {"loss.beta", {0.3, 0.5, 0.7}}, {"loss.temperature", {0.5, 0.7, 0.9}}};
  return stage;
}

std::map<std::string, int> counts(const std::vector<Trial>& trials) {
  std::map<std::string, int> found;
  for (const Trial& trial : trials) ++found[nlohmann::json(trial.point).dump()];
  return found;
}

TEST(Grid, TriesEveryPointOnceFirstParameterSlowest) {
  const auto trials = trial_points(grid_stage(MethodType::grid, 0, Policy::cycle), 1);
  ASSERT_EQ(trials.size(), 27U);
  EXPECT_EQ(counts(trials).size(), 27U);
  EXPECT_EQ(trials[1].point, (Settings{{"loss.alpha", 0.3}, {"loss.beta", 0.3}, {"loss.temperature", 0.7}}));
  EXPECT_EQ(trials[9].point, (Settings{{"loss.alpha", 0.5}, {"loss.beta", 0.3}, {"loss.temperature", 0.5}}));
}

TEST(Cycle, Deals50TrialsAsEveryPointOnceAnd23OfThemAgain) {
  const Stage stage = grid_stage(MethodType::random_grid, 50, Policy::cycle);
  const auto trials = trial_points(stage, 1);
  ASSERT_EQ(trials.size(), 50U);
  const auto found = counts(trials);
  EXPECT_EQ(found.size(), 27U);
  EXPECT_EQ(std::count_if(found.begin(), found.end(), [](const auto& entry) { return entry.second == 2; }),
            23);
  EXPECT_EQ(counts({trials.begin(), trials.begin() + 27}).size(), 27U);
}

TEST(Cycle, DealsTheGoldenOrder) {
  const Stage stage = grid_stage(MethodType::random_grid, 29, Policy::cycle);
  const auto trials = trial_points(stage, 1);
  EXPECT_EQ(trials[0].point, grid_point(stage.parameters, 16));
  EXPECT_EQ(trials[26].point, grid_point(stage.parameters, 25));
  EXPECT_EQ(trials[27].point, grid_point(stage.parameters, 24));  // the second round's shuffle
  EXPECT_EQ(trials[28].point, grid_point(stage.parameters, 23));
}

TEST(Unique, StopsAtTheGridsSize) {
  EXPECT_EQ(counts(trial_points(grid_stage(MethodType::random_grid, 50, Policy::unique), 1)).size(), 27U);
  EXPECT_EQ(trial_points(grid_stage(MethodType::random_grid, 50, Policy::unique), 1).size(), 27U);
  EXPECT_EQ(counts(trial_points(grid_stage(MethodType::random_grid, 10, Policy::unique), 1)).size(), 10U);
}

TEST(WithReplacement, DrawsTheGoldenPoints) {
  const Stage stage = grid_stage(MethodType::random_grid, 8, Policy::with_replacement);
  const auto trials = trial_points(stage, 1);
  const std::vector<std::size_t> golden{20, 22, 25, 18, 2, 8, 17, 22};
  for (std::size_t i = 0; i < golden.size(); ++i)
    EXPECT_EQ(trials[i].point, grid_point(stage.parameters, golden[i]));
}

TEST(Random, DrawsTheGoldenValues) {
  Stage stage = grid_stage(MethodType::random, 6, Policy::cycle);
  stage.parameters = {{"loss.alpha", {}, 0.1, 0.9, false},
                      {"training.learning_rate", {}, 1e-5, 1e-2, true},
                      {"training.patience", {}, 1, 8, false}};
  const auto trials = trial_points(stage, 1);
  EXPECT_EQ(trials[0].point.at("loss.alpha"), 0.766085);
  EXPECT_EQ(trials[2].point.at("loss.alpha"), 0.823111);
  EXPECT_EQ(trials[0].point.at("training.learning_rate"), 0.00814272);
  EXPECT_EQ(trials[1].point.at("training.learning_rate"), 3.31587e-05);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(trials[i].point.at("training.patience"), (std::vector<int>{7, 3, 2, 4, 4, 6})[i]);
    EXPECT_TRUE(trials[i].point.at("training.patience").is_number_integer());
  }
}

TEST(Random, StaysWithinItsRangesAndAnotherKeyChangesNoDraw) {
  Stage stage = grid_stage(MethodType::random, 500, Policy::cycle);
  stage.parameters = {{"model.layers", {}, 1, 3, true}, {"training.learning_rate", {}, 1e-4, 1e-3, true}};
  const auto both = trial_points(stage, 3);
  std::set<int> layers;
  for (const Trial& trial : both) {
    layers.insert(trial.point.at("model.layers").get<int>());
    EXPECT_GE(trial.point.at("training.learning_rate"), 1e-4);
    EXPECT_LE(trial.point.at("training.learning_rate"), 1e-3);
  }
  EXPECT_EQ(layers, (std::set<int>{1, 2, 3}));
  stage.parameters.erase(stage.parameters.begin());
  EXPECT_EQ(trial_points(stage, 3)[7].point.at("training.learning_rate"),
            both[7].point.at("training.learning_rate"));
}

struct Named {
  const char* name;
  MethodType type;
  Policy policy;
};

class LongerSearch : public testing::TestWithParam<Named> {};

TEST_P(LongerSearch, ExtendsAShorterOne) {
  const auto shorter = trial_points(grid_stage(GetParam().type, 20, GetParam().policy), 5);
  const auto longer = trial_points(grid_stage(GetParam().type, 50, GetParam().policy), 5);
  ASSERT_LT(shorter.size(), longer.size());
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    EXPECT_EQ(shorter[i].point, longer[i].point);
    EXPECT_EQ(shorter[i].seed, longer[i].seed);
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, LongerSearch,
                         testing::Values(Named{"cycle", MethodType::random_grid, Policy::cycle},
                                         Named{"unique", MethodType::random_grid, Policy::unique},
                                         Named{"with_replacement", MethodType::random_grid,
                                               Policy::with_replacement},
                                         Named{"random", MethodType::random, Policy::cycle}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(TrialSeed, GivesTheGoldenSeedsOf31Bits) {
  const std::vector<std::int64_t> golden{963138023, 1719231152, 689760423, 582347180};
  for (std::size_t i = 0; i < golden.size(); ++i) EXPECT_EQ(trial_seed(1, "search", i), golden[i]);
  EXPECT_NE(trial_seed(1, "search", 0), trial_seed(2, "search", 0));
  EXPECT_NE(trial_seed(1, "search", 0), trial_seed(1, "other", 0));
}

TEST(GridSize, StopsCountingBeyondTheLimit) {
  const Parameter hundred{"training.patience", std::vector<nlohmann::json>(100, 1)};
  EXPECT_EQ(grid_size({}), 1U);
  EXPECT_EQ(grid_size({hundred, hundred}), 10000U);
  EXPECT_EQ(grid_size(std::vector<Parameter>(40, hundred)), kMostTrials + 1);
}

}  // namespace
}  // namespace missmodal::sweeps
