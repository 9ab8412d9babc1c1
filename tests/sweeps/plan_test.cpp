#include "sweeps/plan.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "sweeps/plan_summary.h"
#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

using testing::HasSubstr;

const ContentHashes kHashes{"data", {{"w", "hash"}, {"elsewhere/w", "hash"}}};

const std::string kFinal =
    "  - {name: final, from: search, seeds: [1, 2], variants: {on: {}, off: {loss.terms: [task]}}}\n";

class Plan : public SweepText {
 protected:
  static std::vector<std::string> ids(const std::vector<PlannedCell>& cells) {
    std::vector<std::string> all;
    for (const PlannedCell& cell : cells) all.push_back(cell.id);
    return all;
  }
  // The ids of the file's first stage.
  std::vector<std::string> ids(const std::string& text,
                               const std::vector<std::string>& overrides = {}) const {
    const Sweep sweep = read(text, overrides);
    return ids(plan_stage(sweep, sweep.stages[0], {}, kHashes));
  }
};

TEST_F(Plan, ASearchPlansItsTrialsWithTheirPointsAndSeeds) {
  const Sweep sweep = read(search_text(50));
  const auto cells = plan_stage(sweep, sweep.stages[0], {}, kHashes);
  ASSERT_EQ(cells.size(), 50U);
  EXPECT_EQ(cells[49].plan_index, 49);
  EXPECT_EQ(cells[0].stage, "search");
  EXPECT_EQ(cells[0].variant, "");
  EXPECT_EQ(cells[0].point, R"({"loss.alpha":0.5,"loss.beta":0.7,"loss.temperature":0.7})");
  EXPECT_THAT(cells[0].configuration, HasSubstr(R"("seed":963138023)"));
}

TEST_F(Plan, MoreTrialsAndSeedsOnlyAddCells) {
  const auto shorter = ids(search_text(27));
  const auto longer = ids(search_text(50));
  EXPECT_EQ(shorter, std::vector<std::string>(longer.begin(), longer.begin() + 27));
  const auto two =
      ids(sweep_text("", "  - {name: a, seeds: [1, 2], variants: {x: {}, y: {loss.alpha: 0.1}}}\n"));
  const auto three =
      ids(sweep_text("", "  - {name: a, seeds: [1, 2, 3], variants: {x: {}, y: {loss.alpha: 0.1}}}\n"));
  EXPECT_EQ(two, std::vector<std::string>(three.begin(), three.begin() + 4));
}

TEST_F(Plan, IdsDoNotDependOnTheOrderOfKeysOnNamesPathsOrResources) {
  const std::string stages = "stages: [{name: a, seeds: [1]}]\n";
  const std::string model = "model: {text: {encoder: bert, weights: w}, hidden: 8}\n";
  const auto base = ids("name: a\ndataset: {path: d}\n" + model + "loss: {alpha: 1, beta: 2}\n" + stages);
  EXPECT_EQ(
      ids(stages +
          "loss: {beta: 2.0, alpha: 1e0}\nmodel: {hidden: 8, text: {weights: elsewhere/w, encoder: bert}}\n"
          "resources: {device: cpu, threads_per_trial: 7}\nevaluation: {draws: 3, conditions: [{family: "
          "complete}]}\n"
          "dataset: {path: elsewhere}\nseed: 9\nname: other\n"),
      base);
  EXPECT_NE(
      ids("name: a\ndataset: {path: d, normalize: none}\n" + model + "loss: {alpha: 1, beta: 2}\n" + stages),
      base);
}

TEST_F(Plan, AWinnerThatIsNotOfTheFileIsRefused) {
  const Sweep sweep = read(sweep_text("", "  - {name: final, seeds: [1]}\n"));
  const auto refused = [&](const Settings& winner) {
    try {
      plan_stage(sweep, sweep.stages[0], winner, kHashes);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("planned");
  };
  EXPECT_THAT(refused({{"model.text.encoder", "bert"}, {"model.text.weights", "gone"}}),
              HasSubstr("stages.final: training 0: model.text.weights: gone is not in the sweep file"));
  EXPECT_THAT(refused({{"loss.gamma", 1}}), HasSubstr("stages.final.from: the winner of  sets loss.gamma"));
}

TEST_F(Plan, TheOrderOfParametersChangesNothing) {
  std::string swapped = search_text(27);
  const std::string alpha = "      loss.alpha: [0.3, 0.5, 0.7]\n";
  swapped.erase(swapped.find(alpha), alpha.size());
  swapped.insert(swapped.find("    select:"), alpha);
  EXPECT_EQ(ids(swapped), ids(search_text(27)));
}

TEST_F(Plan, AlphaIsNoPartOfATrainingWithoutGeo) {
  const std::string without = sweep_text("loss: {terms: [task, sem]}\n");
  EXPECT_EQ(ids(without, {"loss.alpha=0.9"}), ids(without));
  EXPECT_NE(ids(sweep_text(), {"loss.alpha=0.9"}), ids(sweep_text()));
}

TEST_F(Plan, ARepeatInheritsTheWinnerAndIteratesVariantsWithinSeeds) {
  const Sweep sweep = read(search_text(27, kFinal));
  const Settings winner = parse_point(R"({"loss.alpha":0.3,"loss.beta":0.7,"loss.temperature":0.9})");
  const auto cells = plan_stage(sweep, sweep.stages[1], winner, kHashes);
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_EQ(cells[0].variant, "on");
  EXPECT_EQ(cells[1].variant, "off");
  EXPECT_EQ(cells[1].point, "{}");
  EXPECT_THAT(cells[0].configuration, HasSubstr(R"("alpha":0.3)"));
  EXPECT_THAT(cells[1].configuration, testing::Not(HasSubstr("alpha")));
  EXPECT_THAT(cells[2].configuration, HasSubstr(R"("seed":2)"));
  EXPECT_EQ(cells[0].configuration, canonical(stage_configuration(sweep, "final", "on", winner), "data"));
}

TEST_F(Plan, APointCarriesAllThatItAddsToTheBase) {
  const Sweep sweep = read(
      sweep_text("",
                 "  - {name: a, method: {type: grid}, set: {training.patience: 3}, parameters: {loss.alpha: "
                 "[1, 2]}, select: {}}\n"
                 "  - {name: b, from: a, method: {type: grid}, parameters: {loss.beta: [4]}, select: {}}\n"
                 "  - {name: c, from: b, seeds: [1]}\n"));
  const auto first = plan_stage(sweep, sweep.stages[0], {}, kHashes);
  EXPECT_EQ(first[1].point, R"({"loss.alpha":2.0,"training.patience":3})");
  const auto second = plan_stage(sweep, sweep.stages[1], parse_point(first[1].point), kHashes);
  EXPECT_EQ(second[0].point, R"({"loss.alpha":2.0,"loss.beta":4.0,"training.patience":3})");
  const auto third = plan_stage(sweep, sweep.stages[2], parse_point(second[0].point), kHashes);
  EXPECT_THAT(third[0].configuration, HasSubstr(R"("patience":3)"));
  EXPECT_THAT(third[0].configuration, HasSubstr(R"("alpha":2.0)"));
}

TEST_F(Plan, NamesTheWeightsThatMayBeUsed) {
  EXPECT_TRUE(weights_paths(read(sweep_text())).empty());
  const Sweep sweep = read(sweep_text("",
                                      "  - name: a\n    seeds: [1]\n    variants:\n      s: {}\n"
                                      "      b: {model.text.encoder: bert, model.text.weights: w}\n"));
  EXPECT_EQ(weights_paths(sweep), std::vector<std::string>{"w"});
  const auto cells = plan_stage(sweep, sweep.stages[0], {}, kHashes);
  EXPECT_EQ(cells[0].text_weights, "");
  EXPECT_EQ(cells[1].text_weights, "w");
  EXPECT_THAT(cells[1].configuration, HasSubstr(R"("weights_sha256":"hash")"));
}

TEST_F(Plan, StageConfigurationRefusesUnknownNames) {
  const Sweep sweep = read(search_text(27, kFinal));
  EXPECT_EQ(stage_configuration(sweep, "", "", {}), sweep.base);
  EXPECT_EQ(stage_configuration(sweep, "search", "", {}).seed, 963138023);
  for (const auto& [stage, variant] : std::vector<std::pair<std::string, std::string>>{
           {"", "on"}, {"fnal", ""}, {"final", ""}, {"final", "of"}, {"search", "on"}}) {
    EXPECT_THROW(stage_configuration(sweep, stage, variant, {}), InputError) << stage << " " << variant;
  }
}

TEST_F(Plan, RefusesAWinnerThatDoesNotFit) {
  const Sweep sweep = read(search_text(27, kFinal));
  EXPECT_THROW(plan_stage(sweep, sweep.stages[1], parse_point(R"({"model.heads":5})"), kHashes), InputError);
}

TEST_F(Plan, TheSummaryHasEachDifferentNetworkOnce) {
  const Sweep sweep = read(search_text(3,
                                       "  - {name: sizes, seeds: [1, 2], variants: {small: {model.hidden: "
                                       "8}, fine: {training.precision: fp64}}}\n"));
  const PlanSummary summary = summarise(sweep, kHashes);
  ASSERT_EQ(summary.models.size(), 3U);
  EXPECT_EQ(summary.models[1].model.hidden, 8);
  EXPECT_EQ(summary.models[2].training.precision, Precision::fp64);
}

TEST_F(Plan, TheSummaryCountsTheCellsOfEachModelOnce) {
  const Sweep sweep =
      read(search_text(3,
                       "  - {name: some, seeds: [1, 2], variants: {lmf: {model.name: lmf}, on: {}}}\n"
                       "  - {name: more, seeds: [2, 3], set: {model.name: lmf}}\n"));
  const PlanSummary summary = summarise(sweep, kHashes);
  ASSERT_EQ(summary.of_models.size(), 2U);
  EXPECT_EQ(summary.of_models[0].first.model.name, "missmodal");
  EXPECT_EQ(summary.of_models[0].cells, 5U);
  EXPECT_EQ(summary.of_models[1].first.model.name, "lmf");
  EXPECT_EQ(summary.of_models[1].first.training.batch_size, 64);
  EXPECT_EQ(summary.of_models[1].cells, 3U);
}

TEST_F(Plan, TheSummaryCountsSharedCellsOnce) {
  const Sweep sweep = read(search_text(50, kFinal + "  - {name: again, from: search, seeds: [2, 3]}\n"));
  const PlanSummary summary = summarise(sweep, kHashes);
  ASSERT_EQ(summary.stages.size(), 3U);
  EXPECT_EQ(summary.stages[0].trainings, 50U);
  EXPECT_EQ(summary.stages[0].distinct_cells, 50U);
  EXPECT_EQ(summary.stages[0].points, 27U);
  EXPECT_EQ(summary.stages[1].distinct_cells, 4U);
  EXPECT_EQ(summary.stages[1].seeds, 2U);
  EXPECT_EQ(summary.stages[1].variants, 2U);
  EXPECT_EQ(summary.stages[2].shared_cells, 1U);
  EXPECT_EQ(summary.cells, 55U);
  EXPECT_EQ(summary.conditions, 44U);
  EXPECT_EQ(summary.models.size(), 1U);
  EXPECT_TRUE(summary.example_winner);
}

}  // namespace
}  // namespace missmodal::sweeps
