#include "results/figures/curve_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/report.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

const std::vector<PictureKind> kSvg{PictureKind::svg};

// MAE of MissModal at text/90: seeds 0.79, 0.80, 0.81; of two seeds of `without` 1.09, 1.11. Acc7 is 100 (0.7
// - MAE / 2).
TEST(CurvePlot, HoldsMeansAndBandsOfTheModels) {
  const auto plot =
      curve_plot(report(Exhibit::figure3, {fabricate(scratch_folder() / "a.db")}), "figure3", kSvg);
  ASSERT_TRUE(plot);
  EXPECT_THAT(plot->data, testing::HasSubstr("\n# MOSI, MissModal \n"));
  EXPECT_THAT(plot->data, testing::HasSubstr(
                              "\n90 30 29.5 30.5 62 61.5 62.5 61 60.5 61.5 0.8 0.79 0.81 0.2 0.19 0.21\n"));
  EXPECT_THAT(plot->data, testing::HasSubstr(" 1.1 1.086 1.114 "));
  EXPECT_EQ(plot->data.find("MissModal - without"), std::string::npos);
  EXPECT_THAT(plot->script, testing::HasSubstr("label_0 = \"without, 2/3 seeds\"\n"));
  EXPECT_THAT(plot->script, testing::HasSubstr("label_1 = \"MissModal, 3/3 seeds\"\n"));
}

TEST(CurvePlot, OfNothingIsNothing) {
  Table table = report(Exhibit::figure3, {fabricate(scratch_folder() / "a.db")});
  table.rows.clear();
  EXPECT_FALSE(curve_plot(table, "figure3", kSvg));
}

TEST(CurvePlot, GivesEachDatasetItsPanels) {
  const auto file = fabricate(scratch_folder() / "a.db");
  Table table = report(Exhibit::figure3, {file, file});
  const std::size_t half = table.rows.size() / 2;
  for (std::size_t i = half; i < table.rows.size(); ++i) table.rows[i][0] = std::string("MOSEI");
  const auto plot = curve_plot(table, "figure3", kSvg);
  EXPECT_THAT(plot->script, testing::HasSubstr("layout 4,3 "));
  EXPECT_THAT(plot->script, testing::HasSubstr("dataset_1 = \"MOSEI\"\n"));
}

// Two sweeps on one dataset are two lines, not one that goes there and back.
TEST(CurvePlot, BeginsAnotherLineForTheSameModelAgain) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const auto plot = curve_plot(report(Exhibit::figure3, {file, file}), "figure3", kSvg);
  EXPECT_THAT(plot->script, testing::HasSubstr("label_3 = "));
  EXPECT_EQ(plot->script.find("label_4 = "), std::string::npos);
}

TEST(CurvePlot, LeavesOutWhatHasNoScore) {
  Table table = report(Exhibit::figure3, {fabricate(scratch_folder() / "a.db")});
  const std::size_t corr = find_column(table, "corr").value();
  for (auto& row : table.rows) row[corr] = Value();
  const auto plot = curve_plot(table, "figure3", kSvg);
  EXPECT_THAT(plot->data, testing::HasSubstr(" NaN NaN NaN\n"));
  EXPECT_THAT(plot->script, testing::HasSubstr("no such scores"));
}

}  // namespace
}  // namespace missmodal::results
