#include "results/rescore.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "results/store.h"
#include "sweeps/error.h"
#include "sweeps/evaluation/evaluation.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;
using Changes = std::vector<Change>;

constexpr int kCells = 3;

sweeps::EvaluationPlan plan(int draws) {
  return {{{sweeps::Family::complete, Subset::TAV, 0},
           {sweeps::Family::text, Subset::TAV, 50},
           {sweeps::Family::random, Subset::TAV, 100}},
          draws};
}

Provenance asking_for(const sweeps::EvaluationPlan& evaluation) {
  Provenance asking = provenance();
  asking.evaluation = evaluation;
  return asking;
}

// A trial as the trainer would send it: metrics that follow from its predictions.
sweeps::TrialResult trained(std::int64_t seed, const sweeps::EvaluationPlan& evaluation) {
  sweeps::TrialResult result = trial_result({.seed = seed});
  result.metrics.clear();
  for (sweeps::SplitPredictions& split : result.predictions) {
    for (std::size_t i = 0; i < split.values.size(); ++i) {
      split.values[i] = static_cast<float>(static_cast<std::int64_t>(i * 37 + 11) * seed % 601) / 100 - 3;
    }
    const SplitRecord truth = splits()[split.split == sweeps::SplitName::valid ? 0 : 1];
    const auto rows = sweeps::evaluate(split.split, split.values, truth.labels, evaluation,
                                       sweeps::MaskTable(evaluation, split.split, truth.ids));
    result.metrics.insert(result.metrics.end(), rows.begin(), rows.end());
  }
  return result;
}

std::filesystem::path trained_database(const std::filesystem::path& file,
                                       const sweeps::EvaluationPlan& evaluation) {
  Store store(file, asking_for(evaluation), stages(), splits());
  StagePlanned final{"final", {}};
  for (int i = 0; i < kCells; ++i) final.cells.push_back(planned_cell({.seed = 1111 + i}, "final", i));
  store.commit(Changes{final});
  for (int i = 0; i < kCells; ++i) {
    accept(store, final.cells[static_cast<std::size_t>(i)].id, trained(1111 + i, evaluation));
  }
  return file;
}

// Every row of metrics, bit for bit, and what the cells say they were computed for.
std::string metrics_of(const std::filesystem::path& file) {
  return text(
      file,
      "SELECT group_concat(line, char(10)) FROM (SELECT cell || ' ' || split || ' ' || family || ' ' || "
      "subset || ' ' || rate_percent || ' ' || kind || ' ' || n || ' ' || quote(mae) || ' ' || quote(corr) "
      "|| "
      "' ' || quote(acc7) || ' ' || quote(f1_non0) AS line "
      "FROM metrics ORDER BY cell, split, family, subset, rate_percent, rates, kind)");
}

std::int64_t stale(const std::filesystem::path& file) {
  return count(file, "SELECT count(*) FROM cells WHERE evaluation IS NOT (SELECT evaluation FROM sweep)");
}

TEST(Rescore, GivesWhatAFreshDatabaseHas) {
  const auto folder = scratch_folder();
  const auto old = trained_database(folder / "old.db", {sweeps::paper_conditions(), 3});
  const auto fresh = trained_database(folder / "fresh.db", plan(7));
  const AskedEvaluation asked{"mosi", plan(7)};
  const Rescored rescored = rescore(old, &asked, {.threads = 2});
  EXPECT_EQ(rescored.cells, kCells);
  EXPECT_EQ(rescored.diverged, 0);
  EXPECT_EQ(metrics_of(old), metrics_of(fresh));  // the rows of other conditions are gone
  EXPECT_EQ(stale(old), 0);
  EXPECT_EQ(count(old, "SELECT draws FROM sweep JOIN evaluations e ON e.id = sweep.evaluation"), 7);
  EXPECT_EQ(rescore(old, &asked, {}).cells, 0);
  const AskedEvaluation back{"mosi", {sweeps::paper_conditions(), 3}};
  EXPECT_EQ(rescore(old, &back, {.threads = 1}).cells, kCells);
  EXPECT_EQ(metrics_of(old), metrics_of(trained_database(folder / "again.db", back.plan)));
}

TEST(Rescore, DoesNotDependOnTheOrderOfTheConditions) {
  const auto file = trained_database(scratch_folder() / "a.db", plan(3));
  AskedEvaluation asked{"mosi", plan(3)};
  std::swap(asked.plan.conditions.front(), asked.plan.conditions.back());
  EXPECT_EQ(rescore(file, &asked, {}).cells, 0);
}

TEST(Rescore, HappensInARunBeforeAnythingElse) {
  const auto folder = scratch_folder();
  const auto file = trained_database(folder / "a.db", plan(3));
  {
    Store store(file, asking_for(plan(5)), stages(), splits());
    EXPECT_EQ(stale(file), kCells);  // until then every reader sees that rows and sweep disagree
    std::vector<std::int64_t> calls;
    const Rescored rescored = store.rescore({.progress = [&](std::int64_t done, std::int64_t total) {
      EXPECT_EQ(total, kCells);
      calls.push_back(done);
    }});
    EXPECT_EQ(rescored.cells, kCells);
    EXPECT_EQ(calls, (std::vector<std::int64_t>{0, 1, 2, 3}));
  }
  EXPECT_EQ(metrics_of(file), metrics_of(trained_database(folder / "fresh.db", plan(5))));
}

TEST(Rescore, EndsWhatAKillLeftUndone) {
  struct Killed {};
  const auto folder = scratch_folder();
  const auto file = trained_database(folder / "a.db", plan(3));
  const AskedEvaluation asked{"mosi", plan(5)};
  const auto kill_after_one = [](std::int64_t done, std::int64_t) {
    if (done == 1) throw Killed{};
  };
  EXPECT_THROW(rescore(file, &asked, {.threads = 2, .progress = kill_after_one}), Killed);
  EXPECT_EQ(stale(file), kCells - 1);
  // Each cell's rows are those of one evaluation, the one that it names.
  EXPECT_EQ(count(file,
                  "SELECT count(*) FROM cells c JOIN evaluations e ON e.id = c.evaluation "
                  "WHERE (SELECT count(*) FROM metrics m WHERE m.cell = c.id) <> 2 * (1 + 2 * 4)"),
            0);
  EXPECT_EQ(rescore(file, nullptr, {}).cells, kCells - 1);
  EXPECT_EQ(metrics_of(file), metrics_of(trained_database(folder / "fresh.db", plan(5))));
}

TEST(Rescore, FollowsTheRulesOfThisProgram) {
  const auto folder = scratch_folder();
  const auto file = trained_database(folder / "a.db", plan(3));
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("UPDATE evaluations SET version = version - 1; UPDATE metrics SET mae = 7");
  EXPECT_EQ(rescore(file, nullptr, {}).cells, kCells);
  EXPECT_EQ(metrics_of(file), metrics_of(trained_database(folder / "fresh.db", plan(3))));
}

TEST(Rescore, FindsACellWhosePredictionsAreNotFinite) {
  const auto file = trained_database(scratch_folder() / "a.db", plan(3));
  const std::string cell = text(file, "SELECT min(id) FROM cells");
  {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    SQLite::Statement update(database,
                             "UPDATE predictions SET matrix = ?1 WHERE cell = ?2 AND split = 'test'");
    const std::vector<float> values(7 * 8, std::numeric_limits<float>::quiet_NaN());
    update.bind(1, values.data(), static_cast<int>(values.size() * sizeof(float)));
    update.bind(2, cell);
    update.exec();
  }
  const AskedEvaluation asked{"mosi", plan(5)};
  const Rescored rescored = rescore(file, &asked, {});
  EXPECT_EQ(rescored.cells, kCells);
  EXPECT_EQ(rescored.diverged, 1);
  EXPECT_EQ(
      text(file,
           "SELECT group_concat(state || ' ' || coalesce(diverged_step, '-'), ',') FROM cells WHERE id = '" +
               cell + "'"),
      "diverged 0");
  EXPECT_EQ(count(file, "SELECT count(*) FROM attempts WHERE state = 'diverged'"), 1);
  EXPECT_EQ(count(file, "SELECT count(*) FROM metrics WHERE cell = '" + cell +
                            "' AND split = 'test' AND (mae IS NOT NULL OR acc2_non0 IS NOT NULL)"),
            0);
  EXPECT_EQ(stale(file), 0);
}

TEST(Rescore, LeavesACellWithoutPredictionsMarked) {
  const auto file = trained_database(scratch_folder() / "a.db", plan(3));
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("DELETE FROM predictions WHERE cell = (SELECT min(id) FROM cells)");
  const AskedEvaluation asked{"mosi", plan(5)};
  EXPECT_EQ(rescore(file, &asked, {}).cells, kCells - 1);
  EXPECT_EQ(stale(file), 1);
}

TEST(Rescore, RefusesAnotherSweepsFile) {
  const auto file = trained_database(scratch_folder() / "a.db", plan(3));
  const std::string bytes = read_bytes(file);
  const AskedEvaluation asked{"mosei", plan(5)};
  EXPECT_THROW(rescore(file, &asked, {}), InputError);
  EXPECT_EQ(read_bytes(file), bytes);
  EXPECT_THROW(rescore(file.string() + ".no", nullptr, {}), InputError);
  const Store store = open_store(file);
  EXPECT_THROW(rescore(file, nullptr, {}), RunError);
}

TEST(Rescore, RefusesPredictionsOfOtherUtterances) {
  const auto file = trained_database(scratch_folder() / "a.db", plan(3));
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("DELETE FROM utterances WHERE split = 'test' AND position = 7");
  const AskedEvaluation asked{"mosi", plan(5)};
  try {
    rescore(file, &asked, {});
    ADD_FAILURE() << "8 predictions for 7 utterances";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("numbers for 7 utterances of test"));
  }
}

TEST(Rescore, ByTheProgram) {
  const auto folder = scratch_folder();
  const auto file = trained_database(folder / "a.db", plan(3));
  write_bytes(
      folder / "s.yaml",
      "name: mosi\ndataset: {path: none.safetensors}\nmodel: {text: {encoder: sequence}}\n"
      "evaluation: {conditions: [{family: complete}], draws: 5}\nstages: [{name: final, seeds: [1]}]\n");
  const std::string program = std::string(MISSMODAL_REPORT) + " rescore " + file.string();
  const Finished nothing = run_shell(program);
  EXPECT_EQ(nothing.exit_code, 0);
  EXPECT_EQ(nothing.output, "nothing to score again\n");
  const Finished again =
      run_shell(program + " " + (folder / "s.yaml").string() + " --set evaluation.draws=4");
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(again.output, "3 cells scored again\n");
  EXPECT_EQ(count(file, "SELECT count(*) FROM metrics"), 2 * kCells);
  EXPECT_EQ(count(file, "SELECT draws FROM sweep JOIN evaluations e ON e.id = sweep.evaluation"), 4);
  EXPECT_EQ(run_shell(program + " " + (folder / "none.yaml").string()).exit_code, 2);
}

}  // namespace
}  // namespace missmodal::results
