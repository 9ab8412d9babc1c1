#include "results/figures/training_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/report.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

TEST(TrainingPlot, HasALineForEachSeedOfTheHeadline) {
  const Table table = report(Exhibit::training, {fabricate(scratch_folder() / "a.db")});
  const auto plots = training_plots(table, "training", {PictureKind::svg});
  ASSERT_EQ(plots.size(), 1U);
  EXPECT_TRUE(
      plots[0].data.starts_with("# epoch, loss, MAE on the validation split\n# without , seed 1111\n1 2.25 "
                                "1.25\n2 2 1.5\n\n\n# without , seed 1112\n"));
  EXPECT_THAT(plots[0].script,
              testing::HasSubstr("label_0 = \"without, 2 seeds\"\nlabel_1 = \"MissModal, 3 seeds\"\n"));
  EXPECT_THAT(plots[0].script, testing::HasSubstr("data index 4 using 1:3 "));
  EXPECT_EQ(plots[0].script.find("data index 5 "), std::string::npos);
}

TEST(TrainingPlot, OfNothingIsNothing) {
  Table table = report(Exhibit::training, {fabricate(scratch_folder() / "a.db")});
  table.rows.clear();
  EXPECT_TRUE(training_plots(table, "training", {}).empty());
}

}  // namespace
}  // namespace missmodal::results
