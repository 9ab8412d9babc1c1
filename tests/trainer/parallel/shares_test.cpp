#include "trainer/parallel/shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace missmodal::trainer {
namespace {

using ::testing::ElementsAre;

// The pieces' lengths. That they lie one after the other is checked too.
std::vector<std::int64_t> dealt(const std::vector<std::int64_t>& weights, int members) {
  const Shares shares(weights, members);
  EXPECT_EQ(shares.members(), members);
  EXPECT_EQ(shares.total(), static_cast<std::int64_t>(weights.size()));
  std::vector<std::int64_t> counts;
  std::int64_t end = 0;
  for (int place = 0; place < members; ++place) {
    const Share share = shares.of(place);
    EXPECT_EQ(share.first, end);
    end += share.count;
    counts.push_back(share.count);
  }
  EXPECT_EQ(end, shares.total());
  return counts;
}

TEST(Shares, OfOneMemberAreEverything) {
  EXPECT_THAT(dealt({4, 0, 2}, 1), ElementsAre(3));
  EXPECT_THAT(dealt({}, 1), ElementsAre(0));
}

TEST(Shares, WeighAboutTheSame) {
  EXPECT_THAT(dealt({1, 1, 1, 1}, 2), ElementsAre(2, 2));
  EXPECT_THAT(dealt({5, 1, 1, 1, 1, 1}, 2), ElementsAre(1, 5));
  EXPECT_THAT(dealt({1, 1, 1, 1, 1, 5}, 2), ElementsAre(5, 1));
  EXPECT_THAT(dealt({1, 1, 1, 1, 1, 1, 1}, 3), ElementsAre(2, 3, 2));
  EXPECT_THAT(dealt({3, 1, 2, 6, 1, 5}, 3), ElementsAre(3, 1, 2));
}

TEST(Shares, EndAtTheNearestPlaceAndEarlierWhereTwoAreAsNear) {
  EXPECT_THAT(dealt({1, 2, 1}, 2), ElementsAre(1, 2));
  EXPECT_THAT(dealt({2, 3, 2}, 2), ElementsAre(1, 2));
  EXPECT_THAT(dealt({2, 3, 3}, 2), ElementsAre(2, 1));
}

TEST(Shares, MayBeEmpty) {
  EXPECT_THAT(dealt({1, 1}, 4), ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(dealt({20, 1, 1}, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(dealt({0, 0, 0}, 2), ElementsAre(0, 3));
  EXPECT_THAT(dealt({}, 3), ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace missmodal::trainer
