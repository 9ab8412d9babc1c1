// What a difference means: its 95 % interval and the p of its sign-flip test.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "results/report.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

const Value kUndefined{};

// A pair for each difference of MAE, in that order of seeds.
std::filesystem::path of_differences(const std::filesystem::path& file,
                                     const std::vector<double>& differences) {
  const Provenance provenance = asking({"complete", "text/50"}, 20);
  Store store(file, provenance, stages(), splits());
  StagePlanned plan{"final", {}};
  std::vector<Change> changes;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    for (const bool with : {false, true}) {
      Recipe recipe{.seed = 1111 + static_cast<std::int64_t>(i)};
      if (!with) {
        recipe.terms = {"task"};
        recipe.route = "full";
      }
      plan.cells.push_back(planned_cell(recipe, "final", static_cast<int>(plan.cells.size())));
      auto result = trial_result(recipe, provenance.evaluation.conditions);
      for (auto& row : result.metrics) row.metrics.mae = with ? 1 + differences[i] : 1;
      changes.emplace_back(started(plan.cells.back().id, 1, {1, "host", "cpu"}));
      changes.emplace_back(AttemptFinished{plan.cells.back().id, 1, result});
    }
  }
  changes.insert(changes.begin(), plan);
  store.commit(changes);
  return file;
}

Table table1(const std::vector<double>& differences) {
  return report(Exhibit::table1, {of_differences(scratch_folder() / "a.db", differences)});
}

// By its definition: all signs, one pattern at a time.
double share_as_far(const std::vector<double>& differences) {
  const double observed = std::abs(std::accumulate(differences.begin(), differences.end(), 0.0));
  int as_far = 0;
  const int patterns = 1 << differences.size();
  for (int pattern = 0; pattern < patterns; ++pattern) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i)
      sum += (pattern >> i & 1) != 0 ? -differences[i] : differences[i];
    as_far += std::abs(sum) >= observed - 1e-12 ? 1 : 0;
  }
  return static_cast<double>(as_far) / patterns;
}

TEST(Statistics, FiveSeedsOfOneSign) {
  const Table table = table1({-0.1, -0.2, -0.3, -0.15, -0.25});
  EXPECT_EQ(at(table, 2, "mae_p"), Value(0.0625));
  EXPECT_EQ(at(table, 2, "smallest_p"), Value(0.0625));
  // mean -0.2, sd 0.0790569; t(4) = 2.776445
  EXPECT_EQ(at(table, 2, "mae_low"), Value(-0.298));
  EXPECT_EQ(at(table, 2, "mae_high"), Value(-0.102));
  EXPECT_EQ(at(table, 1, "mae_p"), kUndefined);
  EXPECT_EQ(at(table, 1, "mae_low"), kUndefined);
  EXPECT_EQ(at(table, 1, "smallest_p"), kUndefined);
}

TEST(Statistics, EqualTheDefinition) {
  const std::vector<double> differences{-0.31, 0.12, -0.27, 0.05, -0.4,  0.33,
                                        -0.21, 0.02, -0.11, 0.4,  -0.36, -0.19};
  for (std::size_t seeds = 1; seeds <= differences.size(); ++seeds) {
    const std::vector<double> first(differences.begin(),
                                    differences.begin() + static_cast<std::ptrdiff_t>(seeds));
    const Table table = table1(first);
    EXPECT_EQ(at(table, 2, "mae_p"), Value(share_as_far(first))) << seeds;
    EXPECT_EQ(at(table, 2, "smallest_p"), Value(2 / std::pow(2.0, seeds))) << seeds;
  }
}

TEST(Statistics, TiesCountAsFar) {
  EXPECT_EQ(at(table1({0.1, 0.2, -0.3}), 2, "mae_p"), Value(1.0));  // a sum of zero
  EXPECT_EQ(at(table1({0.1, 0.1, 0.1, -0.1}), 2, "mae_p"), Value(0.625));
}

TEST(Statistics, AreNotComputedWhereTheyWouldSayNothing) {
  const Table one = table1({0.1});
  EXPECT_EQ(at(one, 2, "mae_low"), kUndefined);
  EXPECT_EQ(at(one, 2, "mae_p"), Value(1.0));
  const Table many = table1(std::vector<double>(13, 0.1));
  EXPECT_EQ(at(many, 2, "mae_p"), kUndefined);
  EXPECT_EQ(at(many, 2, "smallest_p"), kUndefined);
  EXPECT_NE(at(many, 2, "mae_low"), kUndefined);
}

TEST(Statistics, APairWithoutAScoreHasNone) {
  const auto file = of_differences(scratch_folder() / "a.db", {-0.1, -0.2, -0.3});
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("UPDATE metrics SET corr = NULL WHERE cell = (SELECT min(id) FROM cells)");
  const Table table = report(Exhibit::table1, {file});
  EXPECT_EQ(at(table, 2, "corr_p"), kUndefined);
  EXPECT_EQ(at(table, 2, "corr_low"), kUndefined);
  EXPECT_EQ(at(table, 2, "mae_p"), Value(0.25));
}

// Against a printed table of the distribution: up to 30 from the view, beyond by the series of `reach`.
TEST(Statistics, ReachIsStudentsT) {
  const std::vector<std::pair<std::size_t, double>> quantiles{
      {2, 12.7062}, {3, 4.3027}, {6, 2.5706}, {11, 2.2281}, {31, 2.0423}, {41, 2.0211}, {61, 2.0003}};
  for (const auto& [seeds, quantile] : quantiles) {
    const auto file = of_differences(scratch_folder() / "a.db", std::vector<double>(seeds, 0.1));
    SQLite::Database database(file.string());
    const double reach =
        database.execAndGet("SELECT reach FROM paired_summary WHERE family = 'complete'").getDouble();
    EXPECT_NEAR(reach * std::sqrt(static_cast<double>(seeds)), quantile, 5.1e-5) << seeds;
  }
}

}  // namespace
}  // namespace missmodal::results
