// What the views make of cells that were evaluated differently, of scores that are not defined, and of
// curves.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "results/report.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using Changes = std::vector<Change>;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Value kNull{};
const Recipe kWithout{.terms = {"task"}, .route = "full"};

Value whole(std::int64_t value) {
  return value;
}

std::vector<sweeps::Condition> conditions_of(const Provenance& provenance) {
  return provenance.evaluation.conditions;
}

Recipe seeded(Recipe recipe, std::int64_t seed) {
  recipe.seed = seed;
  return recipe;
}

// Plans the recipes as the stage `final` and accepts those that are not accepted yet, evaluated as asked.
void run(const std::filesystem::path& file, const Provenance& provenance, const std::vector<Recipe>& recipes,
         std::size_t done = 0) {
  Store store(file, provenance, stages(), splits());
  StagePlanned plan{"final", {}};
  for (const Recipe& recipe : recipes)
    plan.cells.push_back(planned_cell(recipe, "final", static_cast<int>(plan.cells.size())));
  Changes changes{plan};
  for (std::size_t i = done; i < recipes.size(); ++i) {
    changes.emplace_back(started(plan.cells[i].id, 1, {1, "host", "cpu"}));
    changes.emplace_back(
        AttemptFinished{plan.cells[i].id, 1, trial_result(recipes[i], conditions_of(provenance))});
  }
  store.commit(changes);
}

void change(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec(sql);
}

// Two seeds of MissModal and of `without` evaluated with 20 draws, then a third with 5.
std::filesystem::path of_mixed_draws(const std::filesystem::path& file) {
  std::vector<Recipe> recipes;
  for (const std::int64_t seed : {1111, 1112, 1113}) {
    recipes.push_back(seeded({}, seed));
    recipes.push_back(seeded(kWithout, seed));
  }
  run(file, asking({"complete", "text/50"}, 20), {recipes.begin(), recipes.begin() + 4});
  run(file, asking({"complete", "text/50"}, 5), recipes, 4);
  return file;
}

TEST(StaleViews, MixedDrawsAreMarkedAndTheirPairsLeftOut) {
  const Table table = report(Exhibit::table2, {of_mixed_draws(scratch_folder() / "a.db")});
  EXPECT_THAT(texts(table, "model"), ElementsAre("without", "MissModal", "MissModal - without"));
  for (std::size_t row = 0; row < 3; ++row) EXPECT_EQ(at(table, row, "stale"), whole(2));
  EXPECT_EQ(at(table, 1, "draws"), Value(std::string("5 to 20")));
  EXPECT_EQ(at(table, 1, "seeds"), whole(3));
  EXPECT_EQ(at(table, 2, "draws"), whole(5));
  EXPECT_EQ(at(table, 2, "seeds"), whole(1));
  EXPECT_EQ(at(table, 2, "mae"), Value(-0.32));  // seed 1113 alone: 0.72 - 1.04
  EXPECT_THAT(format(table, Format::text), HasSubstr("MissModal ‡"));
  EXPECT_THAT(format(table, Format::latex), HasSubstr("MissModal $\\ddagger$"));
}

TEST(StaleViews, TheFooterClaimsNoDrawsThatTheRowsDoNotHave) {
  const auto file = of_mixed_draws(scratch_folder() / "a.db");
  const auto notes = report(Exhibit::table2, {file}).notes;
  EXPECT_THAT(notes,
              Contains("MOSI: each score of a seed is the mean over 5 to 20 mask draws; the sweep file "
                       "asks for 5"));
  EXPECT_THAT(notes, Contains(HasSubstr("missmodal-report rescore " + file.string())));
}

TEST(StaleViews, OtherDrawsDoNotTouchWhatIsNotDrawn) {
  const Table table = report(Exhibit::table1, {of_mixed_draws(scratch_folder() / "a.db")});
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(at(table, row, "stale"), whole(0));
    EXPECT_EQ(at(table, row, "seeds"), whole(3));
  }
  EXPECT_THAT(table.notes, Not(Contains(HasSubstr("rescore"))));
}

TEST(StaleViews, AnotherVersionTouchesEverything) {
  const auto file = scratch_folder() / "a.db";
  run(file, asking({"complete", "text/50"}, 20), {Recipe{}, kWithout});
  change(file,
         "INSERT INTO evaluations SELECT 99, conditions, draws, version + 1 FROM evaluations WHERE id = 1; "
         "UPDATE sweep SET evaluation = 99");
  for (const Exhibit exhibit : {Exhibit::table1, Exhibit::table2}) {
    const Table table = report(exhibit, {file});
    EXPECT_EQ(at(table, 0, "stale"), whole(1));
    EXPECT_EQ(at(table, 1, "stale"), whole(1));
    EXPECT_EQ(at(table, 2, "seeds"), whole(0));
    EXPECT_EQ(at(table, 2, "mae"), kNull);
  }
}

TEST(StaleViews, AConditionThatWasNotEvaluatedIsNamedAndMarked) {
  const auto file = scratch_folder() / "a.db";
  run(file, asking({"complete", "text/50"}, 20), {Recipe{}});
  run(file, asking({"complete", "text/50", "text/90"}, 20), {Recipe{}, seeded({}, 1112)}, 1);
  const Table table = report(Exhibit::table2, {file});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(at(table, 0, "seeds"), whole(2));
  EXPECT_EQ(at(table, 0, "stale"), whole(0));
  EXPECT_EQ(at(table, 1, "rate_percent"), whole(90));
  EXPECT_EQ(at(table, 1, "seeds"), whole(1));
  EXPECT_EQ(at(table, 1, "stale"), whole(1));
  EXPECT_EQ(at(table, 1, "mae"), Value(0.8));
}

TEST(StaleViews, AConditionThatIsNoLongerAskedForLeaves) {
  const auto file = scratch_folder() / "a.db";
  run(file, asking({"complete", "text/50"}, 20), {Recipe{}});
  run(file, asking({"complete"}, 20), {Recipe{}}, 1);
  EXPECT_TRUE(report(Exhibit::table2, {file}).rows.empty());
  EXPECT_EQ(report(Exhibit::table1, {file}).rows.size(), 1U);
}

// A stage that waits for its search again has no rows, whatever it held before.
TEST(StaleViews, AStageThatIsPlannedNoMoreShowsNoSeeds) {
  const auto file = scratch_folder() / "a.db";
  run(file, provenance(), {Recipe{}, seeded({}, 1112)});
  EXPECT_EQ(at(report(Exhibit::table1, {file}), 0, "planned"), whole(2));
  Store store(file, provenance(), stages(), splits());
  store.commit(Changes{StageUnplanned{"final"}});
  const Table waiting = report(Exhibit::table1, {file});
  EXPECT_TRUE(waiting.rows.empty());
  EXPECT_THAT(waiting.notes, Contains("MOSI: stage final: its 3 cells wait for the winner of search"));
  StagePlanned other{"final", {}};
  for (const std::int64_t seed : {1112, 1113, 1114})
    other.cells.push_back(planned_cell(seeded({}, seed), "final", static_cast<int>(seed - 1112)));
  store.commit(Changes{other});
  const Table planned = report(Exhibit::table1, {file});
  EXPECT_EQ(at(planned, 0, "seeds"), whole(1));
  EXPECT_EQ(at(planned, 0, "planned"), whole(3));
  EXPECT_EQ(at(planned, 0, "mae"), Value(0.71));
}

TEST(UndefinedScores, AMeanOverSeedsIsNoneWhereASeedHasNone) {
  const auto file = scratch_folder() / "a.db";
  run(file, asking({"complete", "text/10", "text/50"}, 20),
      {Recipe{}, seeded({}, 1112), seeded({}, 1113), kWithout, seeded(kWithout, 1112)});
  change(file, "UPDATE metrics SET corr = NULL WHERE family = 'text' AND cell = '" +
                   planned_cell(seeded({}, 1112), "", 0).id + "'");
  const Table table = report(Exhibit::table2, {file});
  for (const std::size_t row : {1U, 2U}) {
    EXPECT_EQ(at(table, row, "corr"), kNull);
    EXPECT_EQ(at(table, row, "corr_sd"), kNull);
    EXPECT_EQ(at(table, row, "undefined"), Value(std::string("corr=1")));
    EXPECT_NE(at(table, row, "mae"), kNull);
  }
  EXPECT_EQ(at(table, 0, "undefined"), Value(std::string()));
  EXPECT_EQ(std::count(table.notes.begin(), table.notes.end(),
                       "- MOSI: MissModal: Corr is not defined for 1 of 3 seeds"),
            1);
  EXPECT_THAT(table.notes, Contains("- MOSI: MissModal - without: Corr is not defined for 1 of 2 seeds"));
  const Table area = report(Exhibit::area, {file});
  EXPECT_EQ(at(area, 1, "corr"), kNull);
  EXPECT_EQ(at(area, 1, "undefined"), Value(std::string("corr=1")));
  EXPECT_NE(at(area, 1, "mae"), kNull);
}

TEST(Remarks, ADifferenceNamesWhatSetsThePairApart) {
  const auto file = scratch_folder() / "a.db";
  Recipe at_input = kWithout;
  at_input.zero_text = "input";
  Recipe at_representation = kWithout;
  at_representation.zero_text = "representation";
  run(file, provenance(), {Recipe{}, at_input, at_representation});
  EXPECT_THAT(texts(report(Exhibit::table1, {file}), "remark"),
              ElementsAre("evaluation.zero_at.text=input", "evaluation.zero_at.text=representation", "",
                          "evaluation.zero_at.text=input", "evaluation.zero_at.text=representation"));
}

TEST(Remarks, AreKeysOfASweepFile) {
  const auto file = scratch_folder() / "a.db";
  Recipe first{.weights = std::string(64, 'a'), .normalize = "zscore"};
  Recipe second{.weights = std::string(64, 'b'), .normalize = "none"};
  run(file, provenance(), {first, second});
  EXPECT_THAT(texts(report(Exhibit::table1, {file}), "remark"),
              ElementsAre("dataset.normalize=zscore model.text.weights=sha256:aaaaaaaaaaaa",
                          "dataset.normalize=none model.text.weights=sha256:bbbbbbbbbbbb"));
}

// Lists are one leaf, whatever the model's name makes of them.
TEST(Remarks, GiveListsAsOneLeaf) {
  const auto file = scratch_folder() / "a.db";
  run(file, provenance(), {Recipe{}, Recipe{.terms = {"task", "geo"}}});
  EXPECT_EQ(text(file,
                 "SELECT group_concat(value, ' ') FROM (SELECT DISTINCT value FROM setup_leaves WHERE "
                 "key = 'loss.terms' ORDER BY value)"),
            "[task,geo,dis,sem] [task,geo]");
  EXPECT_EQ(count(file, "SELECT count(*) FROM setup_leaves WHERE key LIKE 'loss.terms[%'"), 0);
}

TEST(Areas, AreTrapezoidsOverTheNominalRatesFromComplete) {
  const auto file = scratch_folder() / "a.db";
  run(file, asking({"complete", "subset/T", "text/10", "text/50", "imbalanced/10-50-90"}, 20),
      {Recipe{}, seeded({}, 1112), kWithout, seeded(kWithout, 1112)});
  const Table table = report(Exhibit::area, {file});
  EXPECT_THAT(texts(table, "family"), ElementsAre("text", "text", "text"));
  // MAE 0.70 0.71 0.75 at 0 10 50 %: (10 * 0.705 + 40 * 0.73) / 50; the second seed 0.01 above
  EXPECT_EQ(at(table, 1, "mae"), Value(0.73));
  EXPECT_EQ(at(table, 1, "mae_sd"), Value(0.007));
  EXPECT_EQ(at(table, 1, "seeds"), whole(2));
  EXPECT_EQ(at(table, 2, "mae"), Value(-0.305));
  const Table figure = report(Exhibit::figure3, {file});
  EXPECT_EQ(area_below(Exhibit::figure3, table).rows.size(), 3U);
  EXPECT_TRUE(area_below(Exhibit::instance, table).rows.empty());
}

TEST(Areas, NeedCompleteAndEveryPoint) {
  const auto folder = scratch_folder();
  run(folder / "a.db", asking({"text/10", "text/50"}, 20), {Recipe{}});
  EXPECT_TRUE(report(Exhibit::area, {folder / "a.db"}).rows.empty());
  run(folder / "b.db", asking({"complete", "text/10"}, 20), {Recipe{}});
  run(folder / "b.db", asking({"complete", "text/10", "text/90"}, 20), {Recipe{}}, 1);
  const Table table = report(Exhibit::area, {folder / "b.db"});
  EXPECT_EQ(at(table, 0, "mae"), kNull);
  EXPECT_EQ(at(table, 0, "seeds"), whole(0));
  EXPECT_EQ(at(table, 0, "stale"), whole(1));
}

TEST(NewFamilies, MissingRatesTellWhatWholeModalitiesTheyAre) {
  const auto file = scratch_folder() / "a.db";
  run(file, asking({"complete", "missing_rate/10", "missing_rate/70"}, 20), {Recipe{}});
  const Table table = report(Exhibit::missing_rate, {file});
  ASSERT_EQ(table.rows.size(), 3U);  // N = 8: K = (3 * 10 * 8 + 50) / 100 = 2 and min(16, 17) of 24
  EXPECT_EQ(at(table, 0, "realised_percent"), Value(0.0));
  EXPECT_EQ(at(table, 1, "realised_percent"), Value(8.33));
  EXPECT_EQ(at(table, 2, "realised_percent"), Value(66.67));
  EXPECT_EQ(at(table, 2, "mae"), Value(0.77));
  EXPECT_THAT(format(table, Format::text), HasSubstr("rate %  K/3N %"));
}

TEST(NewFamilies, ImbalancedRatesStandApartAndTellTheirShares) {
  const auto file = scratch_folder() / "a.db";
  run(file, asking({"complete", "imbalanced/10-50-90", "imbalanced/50-50-50"}, 20), {Recipe{}, kWithout});
  const Table table = report(Exhibit::imbalanced, {file});
  EXPECT_THAT(texts(table, "condition"),
              ElementsAre("imbalanced/10-50-90", "imbalanced/10-50-90", "imbalanced/10-50-90",
                          "imbalanced/50-50-50", "imbalanced/50-50-50", "imbalanced/50-50-50"));
  // N = 8: 1, 4 and 7 of 8; a third of 1/8 * 4/8 * 7/8 keeps each
  EXPECT_EQ(at(table, 0, "realised"), Value(std::string("10.68-48.18-85.68")));
  EXPECT_EQ(at(table, 3, "realised"), Value(std::string("45.83-45.83-45.83")));
}

TEST(NewFamilies, MissmacShowsWhatWasEvaluated) {
  const auto file = scratch_folder() / "a.db";
  run(file,
      asking(
          {"complete", "subset/AV", "subset/A", "missing_rate/10", "instance/100", "instance/20", "text/10"},
          20),
      {Recipe{}});
  EXPECT_THAT(
      texts(report(Exhibit::missmac, {file}), "condition"),
      ElementsAre("complete", "subset/A", "subset/AV", "missing_rate/10", "instance/20", "instance/100"));
  EXPECT_EQ(report(Exhibit::instance, {file}).rows.size(), 3U);
  EXPECT_TRUE(report(Exhibit::imbalanced, {file}).rows.empty());
}

TEST(NewFamilies, HaveNoCurveWhereTheSweepDidNotEvaluateThem) {
  const auto file = fabricate(scratch_folder() / "a.db");
  for (const Exhibit exhibit : {Exhibit::missing_rate, Exhibit::instance, Exhibit::imbalanced})
    EXPECT_TRUE(report(exhibit, {file}).rows.empty()) << describe(exhibit).name;
}

}  // namespace
}  // namespace missmodal::results
