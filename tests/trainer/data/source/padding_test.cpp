#include "trainer/data/source/padding.h"

#include <gtest/gtest.h>

#include <vector>

namespace missmodal::trainer {
namespace {

using Lengths = std::vector<std::int64_t>;
using Rows = std::vector<NonZero>;
using Windows = std::vector<Window>;

// Rows of the same steps.
Padding place(PaddingRule rule, std::int32_t steps, const Rows& rows, const Lengths& lengths) {
  return place_windows(rule, std::vector<std::int32_t>(rows.size(), steps), rows, lengths);
}

TEST(FindNonZero, FirstAndLastFrame) {
  EXPECT_EQ(find_non_zero(std::vector<float>{0, 0, 0, 1, 0, 0, 2, 0, 0, 0}, 2), (NonZero{1, 4}));
  EXPECT_EQ(find_non_zero(std::vector<float>{1, 0}, 2), (NonZero{0, 1}));
  EXPECT_EQ(find_non_zero(std::vector<float>{0, -0.0F, 0, 0}, 2), (NonZero{0, 0}));
}

// Longer than what is looked at at once, from both ends.
TEST(FindNonZero, OneFrameAnywhereInALongRow) {
  constexpr std::size_t kWidth = 3;
  std::vector<float> row(300 * kWidth, -0.0F);
  EXPECT_EQ(find_non_zero(row, kWidth), NonZero{});
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = 1e-45F;
    const auto frame = static_cast<std::int32_t>(i / kWidth);
    EXPECT_EQ(find_non_zero(row, kWidth), (NonZero{frame, frame + 1}));
    row[i] = 0;
  }
}

TEST(Padding, LengthsOfTheFileHoldWhereNothingLiesBeyond) {
  // Zero frames inside and at both ends of good data change nothing.
  const Padding padding =
      place(PaddingRule::automatic, 10, Rows{{0, 4}, {2, 3}, {0, 0}, {0, 10}}, Lengths{5, 5, 7, 10});
  EXPECT_EQ(padding.windows, (Windows{{0, 5}, {0, 5}, {0, 7}, {0, 10}}));
  EXPECT_FALSE(padding.left);
  EXPECT_EQ(padding.recomputed + padding.shifted + padding.zero_length + padding.over_length, 0);
}

TEST(Padding, ALengthThatFramesContradictIsRecomputed) {
  const Padding padding = place(PaddingRule::automatic, 10, Rows{{0, 4}, {0, 6}, {0, 10}}, Lengths{4, 5, 3});
  EXPECT_EQ(padding.windows, (Windows{{0, 4}, {0, 6}, {0, 10}}));
  EXPECT_EQ(padding.recomputed, 2);
  EXPECT_EQ(padding.outside, (std::map<std::int64_t, std::int64_t>{{1, 1}, {4, 1}}));
}

TEST(Padding, MostShortSamplesMustLookLeftPadded) {
  const Rows left{{6, 10}, {7, 10}, {0, 10}};
  EXPECT_TRUE(place(PaddingRule::automatic, 10, left, Lengths{4, 3, 10}).left);
  const Rows half{{6, 10}, {0, 3}};
  EXPECT_FALSE(place(PaddingRule::automatic, 10, half, Lengths{4, 3}).left);
  const Rows full{{3, 10}, {2, 10}};  // as long as the tensor: they say nothing
  EXPECT_FALSE(place(PaddingRule::automatic, 10, full, Lengths{10, 10}).left);
}

TEST(Padding, LeftPaddedFramesAreShifted) {
  // A sample may begin with zero frames of its own, be padded on the other side, or be zero throughout.
  const Padding padding =
      place(PaddingRule::automatic, 10, Rows{{6, 10}, {8, 10}, {9, 10}, {0, 10}, {0, 2}, {0, 0}},
            Lengths{4, 3, 1, 10, 2, 5});
  EXPECT_TRUE(padding.left);
  EXPECT_EQ(padding.windows, (Windows{{6, 4}, {7, 3}, {9, 1}, {0, 10}, {0, 2}, {5, 5}}));
  EXPECT_EQ(padding.shifted, 4);
  EXPECT_EQ(padding.recomputed, 0);
}

TEST(Padding, ALeftPaddedLengthThatFramesContradictIsRecomputed) {
  const Padding padding =
      place(PaddingRule::automatic, 10, Rows{{6, 10}, {7, 10}, {4, 10}}, Lengths{4, 3, 2});
  EXPECT_EQ(padding.windows[2], (Window{4, 6}));
  EXPECT_EQ(padding.recomputed, 1);
  EXPECT_EQ(padding.outside, (std::map<std::int64_t, std::int64_t>{{4, 1}}));
}

TEST(Padding, RightNeverShifts) {
  const Padding padding = place(PaddingRule::right, 10, Rows{{6, 10}, {7, 10}}, Lengths{4, 3});
  EXPECT_FALSE(padding.left);
  EXPECT_EQ(padding.windows, (Windows{{0, 10}, {0, 10}}));
  EXPECT_EQ(padding.recomputed, 2);
}

TEST(Padding, KeepTrustsTheFile) {
  const Padding padding = place(PaddingRule::keep, 10, Rows{{6, 10}, {0, 3}}, Lengths{4, 3});
  EXPECT_EQ(padding.windows, (Windows{{0, 4}, {0, 3}}));
  EXPECT_EQ(padding.cut, 1);
  EXPECT_EQ(padding.recomputed, 0);
}

TEST(Padding, LengthsAreAtLeastOneAndAtMostTheTensors) {
  const Padding padding = place(PaddingRule::automatic, 10, Rows{{0, 0}, {0, 10}}, Lengths{0, 12});
  EXPECT_EQ(padding.windows, (Windows{{0, 1}, {0, 10}}));
  EXPECT_EQ(padding.zero_length, 1);
  EXPECT_EQ(padding.over_length, 1);
}

TEST(Padding, RulesByName) {
  for (const PaddingRule rule : {PaddingRule::automatic, PaddingRule::keep, PaddingRule::right}) {
    EXPECT_EQ(parse_padding_rule(name(rule)), rule);
  }
  EXPECT_FALSE(parse_padding_rule("left").has_value());
}

TEST(FoundWindows, EndWithTheLastNonZeroFrame) {
  const std::vector<std::int32_t> steps{10, 10, 8, 10};
  const Padding right = find_windows(PaddingRule::automatic, steps, Rows{{0, 4}, {2, 6}, {0, 8}, {0, 0}});
  EXPECT_EQ(right.windows, (Windows{{0, 4}, {0, 6}, {0, 8}, {0, 1}}));
  EXPECT_FALSE(right.left);
  EXPECT_EQ(right.zero_length, 1);
}

TEST(FoundWindows, BeginWithTheFirstWhereMostArePaddedInFront) {
  const std::vector<std::int32_t> steps{10, 10, 8, 10};
  const Rows rows{{6, 10}, {3, 10}, {0, 8}, {0, 5}};
  const Padding left = find_windows(PaddingRule::automatic, steps, rows);
  EXPECT_TRUE(left.left);
  EXPECT_EQ(left.windows, (Windows{{6, 4}, {3, 7}, {0, 8}, {0, 5}}));
  EXPECT_EQ(left.shifted, 2);
  const Padding asked = find_windows(PaddingRule::right, steps, rows);
  EXPECT_EQ(asked.windows, (Windows{{0, 10}, {0, 10}, {0, 8}, {0, 5}}));
}

}  // namespace
}  // namespace missmodal::trainer
