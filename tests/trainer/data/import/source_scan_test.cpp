#include "trainer/data/import/source_scan.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

namespace missmodal::trainer {
namespace {

TEST(SourceScan, WhatIsNotFiniteIsZeroWhereverItLies) {
  using Limits = std::numeric_limits<float>;
  std::vector<float> numbers(67, -2.0F);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    for (const float number :
         {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), -Limits::quiet_NaN()}) {
      numbers[i] = number;
      EXPECT_EQ(zero_not_finite(numbers), 1);
      EXPECT_EQ(numbers[i], 0.0F);
      numbers[i] = -2.0F;
      EXPECT_EQ(zero_not_finite(numbers), 0);
    }
  }
  EXPECT_EQ(numbers, std::vector<float>(67, -2.0F));
}

TEST(SourceScan, TheLargestAndTheSmallestStay) {
  const std::array<float, 6> all{std::numeric_limits<float>::max(),
                                 std::numeric_limits<float>::lowest(),
                                 std::numeric_limits<float>::denorm_min(),
                                 -1e-45F,
                                 0.0F,
                                 -0.0F};
  std::array<float, 6> numbers = all;
  EXPECT_EQ(zero_not_finite(numbers), 0);
  EXPECT_EQ(numbers, all);
}

}  // namespace
}  // namespace missmodal::trainer
