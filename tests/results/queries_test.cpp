// The views and queries: which rows enter a table, and their numbers, against what fabricated.h says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "results/report.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using Changes = std::vector<Change>;
using testing::ElementsAre;

const Value kNull{};

TEST(Query, TakesWithAndWithoutByTheirConfiguration) {
  const Table table = report(Exhibit::table1, {fabricate(scratch_folder() / "a.db")});
  EXPECT_THAT(texts(table, "model"), ElementsAre("without", "MissModal", "MissModal - without"));
}

TEST(Query, MeansAndDeviationsOverSeeds) {
  const Table table = report(Exhibit::table1, {fabricate(scratch_folder() / "a.db")});
  // 0.70 0.71 0.72
  EXPECT_EQ(at(table, 1, "mae"), Value(0.71));
  EXPECT_EQ(at(table, 1, "mae_sd"), Value(0.01));
  EXPECT_EQ(at(table, 1, "acc2_has0"), Value(64.5));
  EXPECT_EQ(at(table, 1, "acc2_has0_sd"), Value(0.5));
  EXPECT_EQ(at(table, 1, "corr"), Value(0.29));
  EXPECT_EQ(at(table, 1, "seeds"), Value(std::int64_t{3}));
  EXPECT_EQ(at(table, 1, "planned"), Value(std::int64_t{3}));
  // 1.00 1.02, the third seed being parked
  EXPECT_EQ(at(table, 0, "mae"), Value(1.01));
  EXPECT_EQ(at(table, 0, "mae_sd"), Value(0.014));
  EXPECT_EQ(at(table, 0, "seeds"), Value(std::int64_t{2}));
  EXPECT_EQ(at(table, 0, "planned"), Value(std::int64_t{3}));
  // -0.30 -0.31: only seeds that both have, so not 0.71 - 1.01 = -0.30
  EXPECT_EQ(at(table, 2, "mae"), Value(-0.305));
  EXPECT_EQ(at(table, 2, "mae_sd"), Value(0.007));
  EXPECT_EQ(at(table, 2, "acc2_has0"), Value(15.25));
  EXPECT_EQ(at(table, 2, "seeds"), Value(std::int64_t{2}));
  EXPECT_EQ(at(table, 2, "planned"), Value(std::int64_t{3}));
}

TEST(Query, DrawnConditionsShowTheMeanOverDraws) {
  const Table table = report(Exhibit::table2, {fabricate(scratch_folder() / "a.db")});
  ASSERT_EQ(table.rows.size(), 27U);
  EXPECT_EQ(at(table, 0, "rate_percent"), Value(std::int64_t{10}));
  EXPECT_EQ(at(table, 25, "rate_percent"), Value(std::int64_t{90}));
  EXPECT_EQ(at(table, 25, "model"), Value(std::string("MissModal")));
  EXPECT_EQ(at(table, 25, "mae"), Value(0.8));
  EXPECT_EQ(at(table, 26, "mae"), Value(-0.305));
}

TEST(Query, AudioAndVisionAtTwoRates) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const Table table = report(Exhibit::table3, {file});
  ASSERT_EQ(table.rows.size(), 12U);
  EXPECT_EQ(at(table, 0, "missing"), Value(std::string("audio")));
  EXPECT_EQ(at(table, 11, "missing"), Value(std::string("vision")));
  EXPECT_EQ(at(table, 10, "mae"), Value(0.8));
  EXPECT_EQ(report(Exhibit::table4, {file}).rows, table.rows);
}

TEST(Query, AblationHasAllEightSubsets) {
  const Table table = report(Exhibit::table5, {fabricate(scratch_folder() / "a.db")});
  ASSERT_EQ(table.rows.size(), 9U);
  std::vector<std::string> losses;
  for (std::size_t i = 0; i < 8; ++i) {
    std::string line;
    for (const std::string loss : {"geo", "dis", "sem"}) {
      line += at(table, i, loss) == Value(std::string("yes")) ? loss + " " : "";
    }
    losses.push_back(line);
  }
  EXPECT_THAT(losses,
              ElementsAre("", "geo ", "dis ", "sem ", "geo dis ", "geo sem ", "dis sem ", "geo dis sem "));
  EXPECT_EQ(at(table, 0, "mae"), Value(1.11));  // 1.01 + 100/1000
  EXPECT_EQ(at(table, 1, "mae"), Value(0.91));
  EXPECT_EQ(at(table, 4, "mae"), Value(0.86));
  EXPECT_EQ(at(table, 7, "mae"), Value(0.81));
  EXPECT_EQ(at(table, 8, "model"), Value(std::string("MissModal - without")));
}

TEST(Query, SingleModalitiesInTheOrderTAV) {
  const Table table = report(Exhibit::table6, {fabricate(scratch_folder() / "a.db")});
  EXPECT_THAT(texts(table, "subset"), ElementsAre("T", "T", "T", "A", "A", "A", "V", "V", "V"));
  EXPECT_EQ(at(table, 1, "mae"), Value(0.91));
}

TEST(Query, CurveStartsWithCompleteModalities) {
  const Table table = report(Exhibit::figure3, {fabricate(scratch_folder() / "a.db")});
  ASSERT_EQ(table.rows.size(), 30U);
  EXPECT_EQ(at(table, 0, "rate_percent"), Value(std::int64_t{0}));
  EXPECT_EQ(at(table, 1, "mae"), Value(0.71));
  EXPECT_EQ(at(table, 28, "mae"), Value(0.8));
}

TEST(Query, OneSeedHasNoDeviation) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  const auto cell = planned_cell({}, "final", 0);
  store.commit(Changes{StagePlanned{"final", {cell}}});
  accept(store, cell.id, trial_result({}));
  const Table table = report(Exhibit::table1, {file});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(at(table, 0, "mae"), Value(0.7));
  EXPECT_EQ(at(table, 0, "mae_sd"), kNull);
}

TEST(Query, SearchCellsEnterNoTable) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  const auto cell = planned_cell({}, "search", 0);
  store.commit(Changes{StagePlanned{"search", {cell}}});
  accept(store, cell.id, trial_result({}));
  for (const Exhibit exhibit : {Exhibit::table1, Exhibit::table2, Exhibit::table3, Exhibit::table4,
                                Exhibit::table5, Exhibit::table6, Exhibit::figure3}) {
    EXPECT_TRUE(report(exhibit, {file}).rows.empty()) << describe(exhibit).name;
  }
  store.commit(Changes{StagePlanned{"final", {cell}}});  // now a repeat stage counts it as well
  EXPECT_EQ(report(Exhibit::table1, {file}).rows.size(), 1U);
}

TEST(Query, ACellOfTwoStagesCountsOnce) {
  const auto file = fabricate(scratch_folder() / "a.db");
  EXPECT_EQ(count(file,
                  "SELECT count(*) FROM stage_cells p JOIN repeat_cells r ON r.cell = p.cell WHERE label = "
                  "'MissModal'"),
            6);
  EXPECT_EQ(count(file, "SELECT count(*) FROM repeat_cells WHERE label = 'MissModal'"), 3);
}

TEST(Query, StageNamesMeanNothing) {
  const auto file = scratch_folder() / "a.db";
  const std::vector<StageRecord> named{{"without", "", false, 1}, {"MissModal", "", false, 1}};
  Store store(file, provenance(), named, splits());
  const Recipe with{};
  const Recipe without{.terms = {"task"}, .route = "full"};
  store.commit(Changes{StagePlanned{"without", {planned_cell(with, "without", 0)}},
                       StagePlanned{"MissModal", {planned_cell(without, "MissModal", 0)}}});
  accept(store, planned_cell(with, "", 0).id, trial_result(with));
  accept(store, planned_cell(without, "", 0).id, trial_result(without));
  const Table table = report(Exhibit::table1, {file});
  EXPECT_THAT(texts(table, "model"), ElementsAre("without", "MissModal", "MissModal - without"));
  EXPECT_EQ(at(table, 1, "mae"), Value(0.7));
}

// `terms: [task]` scored through its untrained incomplete fusions is not "without".
TEST(Query, TaskAloneOnTheSubsetRouteIsNotWithout) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  const Recipe recipe{.terms = {"task"}, .route = "subset"};
  const auto cell = planned_cell(recipe, "final", 0);
  store.commit(Changes{StagePlanned{"final", {cell}}});
  accept(store, cell.id, trial_result(recipe));
  EXPECT_TRUE(report(Exhibit::table1, {file}).rows.empty());
}

TEST(Query, KeepsSetupsOfOneNameApart) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  const std::vector<Recipe> recipes{{.alpha = 0.3}, {.alpha = 0.7}, {.alpha = 0.7, .hidden = 32}};
  StagePlanned plan{"final", {}};
  for (const Recipe& recipe : recipes)
    plan.cells.push_back(planned_cell(recipe, "final", static_cast<int>(plan.cells.size())));
  store.commit(Changes{plan});
  for (std::size_t i = 0; i < recipes.size(); ++i) accept(store, plan.cells[i].id, trial_result(recipes[i]));
  EXPECT_THAT(texts(report(Exhibit::table1, {file}), "remark"),
              ElementsAre("loss.alpha=0.3 model.hidden=64", "loss.alpha=0.7 model.hidden=64",
                          "loss.alpha=0.7 model.hidden=32"));
}

TEST(Query, PairsOnlyWhatSharesTheRestOfTheConfiguration) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  const Recipe with{};
  const Recipe without{.terms = {"task"}, .route = "full", .hidden = 32};
  store.commit(
      Changes{StagePlanned{"final", {planned_cell(with, "final", 0), planned_cell(without, "final", 1)}}});
  accept(store, planned_cell(with, "", 0).id, trial_result(with));
  accept(store, planned_cell(without, "", 0).id, trial_result(without));
  EXPECT_THAT(texts(report(Exhibit::table1, {file}), "model"), ElementsAre("without", "MissModal"));
}

TEST(Query, DroppedStagesLeaveTheTables) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const std::vector<StageRecord> fewer{{"search", "", true, 2}};
  { const Store store(file, provenance(), fewer, splits()); }
  EXPECT_TRUE(report(Exhibit::table1, {file}).rows.empty());
}

// The order in which cells finish is nobody's business.
TEST(Query, BytesDoNotDependOnTheOrderOfResults) {
  const auto folder = scratch_folder();
  std::vector<Recipe> recipes;
  for (std::int64_t seed = 1111; seed < 1131; ++seed) recipes.push_back({.seed = seed});
  std::vector<std::string> answers;
  for (const std::string name : {"forward.db", "backward.db"}) {
    Store store = open_store(folder / name);
    StagePlanned plan{"final", {}};
    for (const Recipe& recipe : recipes)
      plan.cells.push_back(planned_cell(recipe, "final", static_cast<int>(recipe.seed - 1111)));
    if (name == "backward.db") std::reverse(recipes.begin(), recipes.end());
    store.commit(Changes{plan});
    for (const Recipe& recipe : recipes) {
      auto result = trial_result(recipe);
      for (auto& row : result.metrics)
        *row.metrics.mae *= 1 + 1.0 / static_cast<double>(recipe.seed * 7 % 13 + 3);
      accept(store, planned_cell(recipe, "", 0).id, result);
    }
    answers.push_back(
        text(folder / name, "SELECT group_concat(format('%!.17g %!.17g', mae, mae_sd)) FROM summary"));
  }
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_GT(answers[0].size(), 44U * 20);
}

class Collapse : public testing::Test {
 protected:
  std::int64_t collapsed(const sweeps::Metrics& complete) {
    const auto file = scratch_folder() / "a.db";
    Store store = open_store(file);
    const auto cell = planned_cell({}, "final", 0);
    auto result = trial_result({});
    for (auto& row : result.metrics) {
      if (row.split == sweeps::SplitName::test && row.condition == sweeps::Condition{})
        row.metrics = complete;
    }
    store.commit(Changes{StagePlanned{"final", {cell}}});
    accept(store, cell.id, result);
    return std::get<std::int64_t>(at(report(Exhibit::table1, {file}), 0, "collapsed"));
  }
  // The test labels: 3 of 7 non-zero ones are positive; the best constant is -0.2 with MAE 1.3125.
  sweeps::Metrics healthy_{.n = 8,
                           .mae = 0.9,
                           .corr = 0.6,
                           .acc7 = 0.4,
                           .acc5 = 0.4,
                           .acc2_has0 = 0.8,
                           .f1_has0 = 0.8,
                           .acc2_non0 = 3.0 / 7,
                           .f1_non0 = 0.4,
                           .acc3 = std::nullopt};
};

TEST_F(Collapse, AHealthyModelIsNotFlagged) {
  EXPECT_EQ(collapsed(healthy_), 0);
}

TEST_F(Collapse, NoVariance) {
  healthy_.corr = std::nullopt;
  EXPECT_EQ(collapsed(healthy_), 1);
}

TEST_F(Collapse, OneSignForAll) {
  for (const double share : {3.0 / 7, 4.0 / 7}) {
    healthy_.acc2_non0 = share;
    healthy_.f1_non0 = 2 * share * share / (1 + share);
    EXPECT_EQ(collapsed(healthy_), 1) << share;
  }
}

TEST_F(Collapse, NoBetterThanTheBestConstant) {
  healthy_.mae = 1.3126;
  EXPECT_EQ(collapsed(healthy_), 1);
  healthy_.mae = 1.3124;
  EXPECT_EQ(collapsed(healthy_), 0);
}

}  // namespace
}  // namespace missmodal::results
