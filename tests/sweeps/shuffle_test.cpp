// The golden list of docs/sweep_file.md, computed there by ten lines of Python.
#include "sweeps/shuffle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace missmodal::sweeps {
namespace {

TEST(NumberStream, GivesTheGoldenNumbers) {
  NumberStream numbers("golden");
  for (std::uint64_t expected : {3945996055498187397U, 14583649973769924641U, 7421804782541249515U,
                                 4340360731645458534U, 11581764836865929030U}) {
    EXPECT_EQ(numbers.next(), expected);
  }
}

TEST(NumberStream, BelowGivesTheGoldenNumbers) {
  NumberStream numbers("golden");
  for (std::uint64_t expected : {7, 1, 5, 4, 0, 1, 8, 2, 3, 2, 9, 2}) EXPECT_EQ(numbers.below(10), expected);
}

TEST(NumberStream, UnitGivesTheGoldenNumbers) {
  NumberStream numbers("golden");
  for (double expected : {0.21391287479951826, 0.7905812492164761, 0.4023368434497264}) {
    EXPECT_EQ(numbers.unit(), expected);
  }
}

TEST(Permutation, GivesTheGoldenLists) {
  EXPECT_EQ(permutation(10, "golden"), (std::vector<std::size_t>{9, 5, 4, 6, 1, 2, 0, 3, 8, 7}));
  EXPECT_EQ(permutation(27, "missmodal-round-v1|1|search|0"),
            (std::vector<std::size_t>{16, 5, 14, 24, 20, 18, 2,  22, 21, 15, 17, 11, 0, 26,
                                      13, 9, 8,  6,  10, 19, 23, 1,  4,  12, 7,  3,  25}));
}

TEST(Permutation, HoldsEachNumberOnce) {
  for (std::size_t count : {0U, 1U, 2U, 100U}) {
    std::vector<std::size_t> order = permutation(count, "any");
    std::sort(order.begin(), order.end());
    ASSERT_EQ(order.size(), count);
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(order[i], i);
  }
}

}  // namespace
}  // namespace missmodal::sweeps
