#include "sweeps/sweep_changes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

using Changes = std::vector<KeyChange>;

class SweepChanges : public SweepText {
 protected:
  Changes changed(const std::string& before, const std::string& now,
                  const std::vector<std::string>& overrides = {}) const {
    return changed_keys(read(before), read(now, overrides));
  }
};

TEST_F(SweepChanges, AreNoneWhereTheFileMeansTheSame) {
  const std::string one =
      sweep_text("training: {max_epochs: 20, batch_size: 32}\nevaluation: {conditions: [paper, mr]}\n");
  const std::string same = "# a comment\n" + sweep_text(
                                                 "evaluation: {conditions: [mr, paper], draws: 20}\n"
                                                 "training: {batch_size: 32, max_epochs: 20}\n"
                                                 "resources: {gpus_per_trial: 1}\n");
  EXPECT_EQ(changed(one, same), Changes{});
}

TEST_F(SweepChanges, HaveBothValuesAndWhatTheKeyCanChange) {
  const std::string before = sweep_text("training: {max_epochs: 20}\n");
  const std::string now = sweep_text(
      "seed: 7\ntraining: {max_epochs: 50}\nevaluation: {draws: 10, conditions: [{family: subset, subsets: "
      "[T]}]}\n"
      "resources: {checkpoint_seconds: 30, device: cpu}\n");
  const Changes changes = changed(before, now);
  ASSERT_EQ(changes.size(), 6U);
  EXPECT_EQ(changes[0], (KeyChange{"seed", "1", "7", Reach::cells}));
  EXPECT_EQ(changes[1], (KeyChange{"evaluation.draws", "20", "10", Reach::scores}));
  EXPECT_EQ(changes[2], (KeyChange{"resources.device", R"("auto")", R"("cpu")", Reach::nothing}));
  EXPECT_EQ(changes[3], (KeyChange{"resources.checkpoint_seconds", "60", "30", Reach::nothing}));
  EXPECT_EQ(changes[4].key, "evaluation.conditions");
  EXPECT_EQ(changes[4].now, R"(["subset/T"])");
  EXPECT_EQ(changes[4].reach, Reach::scores);
  EXPECT_EQ(changes[5], (KeyChange{"training.max_epochs", "20", "50", Reach::cells}));
}

TEST_F(SweepChanges, SeeWhatIsSetOnTheCommandLine) {
  const std::string file = sweep_text();
  EXPECT_EQ(changed(file, file, {"loss.alpha=0.25"}), (Changes{{"loss.alpha", "0.5", "0.25", Reach::cells}}));
}

TEST_F(SweepChanges, SeeEveryKeyOfTheConfiguration) {
  const std::string file = sweep_text();
  for (const std::string set :
       {"dataset.normalize=none", "model.hidden=32", "loss.terms=[task]", "training.precision=fp64",
        "evaluation.route=full", "evaluation.zero_at.audio=representation", "resources.ranks_per_trial=2"}) {
    const Changes changes = changed(file, file, {set});
    ASSERT_EQ(changes.size(), 1U) << set;
    EXPECT_EQ(changes[0].key, set.substr(0, set.find('=')));
    EXPECT_EQ(changes[0].reach, Reach::cells) << set;
  }
}

TEST_F(SweepChanges, CompareStagesByName) {
  const std::string one = "  - {name: one, seeds: [1, 2]}\n";
  const std::string two = "  - {name: two, seeds: [1, 2], set: {loss.alpha: 0.3}}\n";
  EXPECT_EQ(changed(sweep_text("", one + two), sweep_text("", two + one)), Changes{});
  EXPECT_EQ(changed(sweep_text("", one), sweep_text("", one + two)),
            (Changes{{"stages.two", std::nullopt, R"("two")", Reach::cells, true}}));
  EXPECT_EQ(changed(sweep_text("", one + two), sweep_text("", two)),
            (Changes{{"stages.one", R"("one")", std::nullopt, Reach::cells, true}}));
  EXPECT_EQ(changed(sweep_text("", two),
                    sweep_text("", "  - {name: two, seeds: [1, 2, 3], set: {loss.beta: 1}}\n")),
            (Changes{{"stages.two.seeds", "[1,2]", "[1,2,3]", Reach::cells},
                     {"stages.two.set.loss.alpha", "0.3", std::nullopt, Reach::cells},
                     {"stages.two.set.loss.beta", std::nullopt, "1.0", Reach::cells}}));
}

TEST_F(SweepChanges, NameAVariantThatCameOnce) {
  const auto stage = [](const std::string& variants) {
    return sweep_text("", "  - {name: final, seeds: [1], variants: {" + variants + "}}\n");
  };
  EXPECT_EQ(changed(stage("a: {loss.alpha: 0.1}"), stage("a: {loss.alpha: 0.2}, b: {loss.alpha: 0.3}")),
            (Changes{{"stages.final.variants", R"(["a"])", R"(["a","b"])", Reach::cells},
                     {"stages.final.variants.a.loss.alpha", "0.1", "0.2", Reach::cells}}));
}

TEST_F(SweepChanges, OfASearch) {
  const auto search = [](const std::string& method, const std::string& alpha, const std::string& select) {
    return sweep_text("", "  - {name: search, method: {" + method + "}, parameters: {loss.alpha: " + alpha +
                              "}, select: {" + select + "}}\n");
  };
  const std::string before = search("type: random_grid, trials: 3", "[0.3, 0.5]", "metric: mae");
  EXPECT_EQ(changed(before, search("type: random, trials: 4", "{min: 0.25, max: 1}", "metric: corr")),
            (Changes{{"stages.search.method.policy", R"("cycle")", std::nullopt, Reach::cells},
                     {"stages.search.method.trials", "3", "4", Reach::cells},
                     {"stages.search.method.type", R"("random_grid")", R"("random")", Reach::cells},
                     {"stages.search.parameters.loss.alpha", "[0.3,0.5]",
                      R"({"log":false,"max":1.0,"min":0.25})", Reach::cells},
                     {"stages.search.select.goal", R"("minimize")", R"("maximize")", Reach::choice},
                     {"stages.search.select.metric", R"("mae")", R"("corr")", Reach::choice}}));
}

}  // namespace
}  // namespace missmodal::sweeps
