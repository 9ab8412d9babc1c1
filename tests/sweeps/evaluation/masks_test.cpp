#include "sweeps/evaluation/masks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sweeps/sha256.h"

namespace missmodal::sweeps {
namespace {

std::vector<std::string> utterances(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i)
    ids.push_back("video" + std::to_string(i / 7) + "$_$" + std::to_string(i % 7));
  return ids;
}

// Computed with Python's hashlib: scripts/mask_reference.py prints these lists.
TEST(Masks, OrderIsThatOfAnotherLanguage) {
  const auto ids = utterances(8);
  EXPECT_EQ(draw_mask(0, Family::text, SplitName::test, ids).order,
            (std::vector<std::size_t>{1, 3, 7, 0, 5, 2, 6, 4}));
  const Mask random = draw_mask(3, Family::random, SplitName::valid, ids);
  EXPECT_EQ(random.order, (std::vector<std::size_t>{7, 6, 2, 0, 1, 4, 5, 3}));
  EXPECT_EQ(random.keeps, (std::vector<Subset>{Subset::TV, Subset::A, Subset::TV, Subset::T, Subset::TV,
                                               Subset::V, Subset::A, Subset::TA}));
}

TEST(Masks, FamiliesLoseTheirModality) {
  const auto ids = utterances(5);
  EXPECT_EQ(draw_mask(0, Family::text, SplitName::test, ids).keeps, std::vector<Subset>(5, Subset::AV));
  EXPECT_EQ(draw_mask(0, Family::audio, SplitName::test, ids).keeps, std::vector<Subset>(5, Subset::TV));
  EXPECT_EQ(draw_mask(0, Family::vision, SplitName::test, ids).keeps, std::vector<Subset>(5, Subset::TA));
}

TEST(Masks, DoNotDependOnTheOrderOfTheSplit) {
  auto ids = utterances(40);
  const Mask forward = draw_mask(1, Family::random, SplitName::test, ids);
  std::vector<std::string> forward_ids;
  for (std::size_t i : forward.order) forward_ids.push_back(ids[i]);
  std::reverse(ids.begin(), ids.end());
  const Mask backward = draw_mask(1, Family::random, SplitName::test, ids);
  std::vector<std::string> backward_ids;
  for (std::size_t i : backward.order) backward_ids.push_back(ids[i]);
  EXPECT_EQ(forward_ids, backward_ids);
}

TEST(Masks, DifferBetweenDrawsFamiliesAndSplits) {
  const auto ids = utterances(30);
  std::set<std::vector<std::size_t>> orders;
  for (int draw : {0, 1, 2}) {
    for (Family family : {Family::text, Family::audio, Family::vision, Family::random}) {
      for (SplitName split : {SplitName::valid, SplitName::test}) {
        orders.insert(draw_mask(draw, family, split, ids).order);
      }
    }
  }
  EXPECT_EQ(orders.size(), 24U);
}

TEST(Masks, RandomKeepsEverySubsetAboutEquallyOften) {
  const Mask mask = draw_mask(0, Family::random, SplitName::train, utterances(6000));
  std::map<Subset, int> counts;
  for (Subset subset : mask.keeps) ++counts[subset];
  EXPECT_EQ(counts.size(), 6U);
  EXPECT_EQ(counts.count(Subset::TAV), 0U);
  for (const auto& [subset, count] : counts) EXPECT_NEAR(count, 1000, 150) << name(subset);
}

TEST(Masks, CountRoundsHalfUpInIntegers) {
  EXPECT_EQ(affected_count(10, 686), 69U);   // 68.6
  EXPECT_EQ(affected_count(50, 229), 115U);  // 114.5
  EXPECT_EQ(affected_count(30, 10), 3U);
  EXPECT_EQ(affected_count(100, 229), 229U);
  EXPECT_EQ(affected_count(10, 4), 0U);  // 0.4
  EXPECT_EQ(affected_count(10, 5), 1U);  // 0.5
}

}  // namespace
}  // namespace missmodal::sweeps
