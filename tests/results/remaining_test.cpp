#include "results/remaining.h"

#include <gtest/gtest.h>

#include <array>

#include "results/duration_text.h"

namespace missmodal::results {
namespace {

StagePace pace(double left, int ended, double mean, double sd) {
  return {left, ended, ended * mean, (ended - 1) * sd * sd + ended * mean * mean};
}

TEST(Remaining, IsWhatSimilarCellsTook) {
  const std::array stages{pace(10, 5, 60, 0), pace(4, 2, 30, 0)};
  const auto left = remaining(stages, 4).value();
  EXPECT_NEAR(left.seconds, (10 * 60 + 4 * 30) / 4.0, 1e-9);
  EXPECT_NEAR(left.low, left.seconds, 1e-6);
  EXPECT_NEAR(left.high, left.seconds, 1e-6);
}

// Of ten cells more, each of which varies, after five: 4 (10 s^2 + 100 s^2 / 5).
TEST(Remaining, SpreadsAsTheCellsDid) {
  const std::array stages{pace(10, 5, 60, 6)};
  const auto left = remaining(stages, 1).value();
  EXPECT_NEAR(left.high - left.seconds, 2 * 6 * std::sqrt(10 + 100 / 5.0), 1e-9);
  EXPECT_NEAR(left.seconds - left.low, left.high - left.seconds, 1e-9);
}

TEST(Remaining, OfAStageWithoutAnyCellIsAsThatOfTheOthers) {
  const std::array stages{pace(0, 4, 50, 0), StagePace{6}};
  EXPECT_NEAR(remaining(stages, 2).value().seconds, 150, 1e-9);
}

// Nobody shares out a cell: the last takes its time, however many workers are idle.
TEST(Remaining, IsAtLeastOneCell) {
  const std::array stages{pace(1, 5, 60, 0)};
  EXPECT_NEAR(remaining(stages, 16).value().seconds, 60, 1e-9);
}

TEST(Remaining, IsNotKnownBeforeACellEndedOrWhereNothingRuns) {
  EXPECT_FALSE(remaining(std::array{StagePace{6}}, 2).has_value());
  EXPECT_FALSE(remaining(std::array{pace(1, 5, 60, 0)}, 0).has_value());
}

TEST(DurationText, IsForPeople) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(0.31), "0.3 s");
  EXPECT_EQ(duration_text(45.2), "45 s");
  EXPECT_EQ(duration_text(700), "12 min");
  EXPECT_EQ(duration_text(12000), "3.3 h");
  EXPECT_EQ(duration_text(300000), "3.5 days");
  EXPECT_EQ(remaining_text({600, 480, 720}), "about 10 min left (8 min to 12 min)");
  EXPECT_EQ(remaining_text({600, 599, 601}), "about 10 min left");
}

}  // namespace
}  // namespace missmodal::results
