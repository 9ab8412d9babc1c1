#include "results/figures/search_plot.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/report.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

Table searched(const std::vector<std::tuple<std::int64_t, Value, Value, Value>>& trials) {
  Table table{.title = "Search. Dataset MOSI",
              .columns = {"dataset", "stage", "trial", "metric", "condition", "goal", "score", "parameter",
                          "value", "chosen"},
              .rows = {},
              .notes = {}};
  for (const auto& [trial, score, alpha, beta] : trials) {
    for (const auto& [name, value] : {std::pair<std::string, Value>{"alpha", alpha}, {"beta", beta}})
      table.rows.push_back({std::string("MOSI"), std::string("search"), trial, std::string("mae"),
                            std::string("complete"), std::string("minimize"), score, name, value,
                            std::int64_t{trial == 0 ? 1 : 0}});
  }
  return table;
}

TEST(SearchPlot, TellsEachPairsMeanAndTrials) {
  const auto plots = search_plots(
      searched({{0, 0.5, 0.3, 1.0}, {1, 0.75, 0.3, 1.0}, {2, 1.0, 0.7, 2.0}, {3, Value(), 0.7, 1.0}}),
      "search", {PictureKind::svg});
  ASSERT_EQ(plots.size(), 1U);
  EXPECT_EQ(plots[0].data,
            "# column and row from 0, mean score, trials, 1 where the winner is\n"
            "# alpha by beta\n"
            "0 0 0.625 2 1\n"
            "1 1 1 1 0\n");
  EXPECT_THAT(plots[0].script, testing::HasSubstr("tic_0_1 = \"0.7\"\n"));
}

TEST(SearchPlot, CutsManyNumbersIntoRanges) {
  std::vector<std::tuple<std::int64_t, Value, Value, Value>> trials;
  for (std::int64_t i = 0; i < 17; ++i) trials.emplace_back(i, 1.0, static_cast<double>(i), i % 2);
  const auto plots = search_plots(searched(trials), "search", {PictureKind::svg});
  ASSERT_EQ(plots.size(), 1U);
  EXPECT_THAT(plots[0].script, testing::HasSubstr("tic_0_7 = \"14-16\"\n"));
  EXPECT_EQ(plots[0].script.find("tic_0_8"), std::string::npos);
  EXPECT_THAT(plots[0].data, testing::HasSubstr("\n7 0 1 2 0\n7 1 1 1 0\n"));
}

TEST(SearchPlot, OfOneParameterOrNoScoreIsNothing) {
  EXPECT_TRUE(search_plots(searched({{0, 0.5, 0.3, 1.0}, {1, 0.6, 0.7, 1.0}}), "search", {}).empty());
  EXPECT_TRUE(search_plots(searched({{0, Value(), 0.3, 1.0}, {1, Value(), 0.7, 2.0}}), "search", {}).empty());
}

TEST(SearchPlot, ReadsTheValidationSplit) {
  const Table table = report(Exhibit::search, {fabricate(scratch_folder() / "a.db")});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_NEAR(std::get<double>(at(table, 0, "score")), 0.7 - 11.04 - 0.25, 1e-9);  // seed 7
  EXPECT_EQ(at(table, 1, "chosen"), Value(std::int64_t{1}));
}

}  // namespace
}  // namespace missmodal::results
