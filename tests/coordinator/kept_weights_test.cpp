#include "coordinator/kept_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace missmodal::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr CellHandle kA{1};
constexpr CellHandle kB{2};
constexpr CellHandle kC{3};

TEST(KeptWeights, TheLowestMaeOfAVariantStays) {
  KeptWeights kept;
  for (const CellHandle cell : {kA, kB, kC}) kept.plan(cell, "final", "");
  EXPECT_THAT(kept.accepted(kB, 1.0), IsEmpty());
  EXPECT_THAT(kept.accepted(kA, 1.5), ElementsAre(kA));
  EXPECT_THAT(kept.accepted(kC, 0.5), ElementsAre(kB));
  EXPECT_TRUE(kept.is_best(kC));
  EXPECT_FALSE(kept.is_best(kA));
}

TEST(KeptWeights, OfTwoAlikeTheEarlierInThePlanWhicheverEndsFirst) {
  for (const bool earlier_first : {true, false}) {
    KeptWeights kept;
    kept.plan(kB, "final", "");
    kept.plan(kA, "final", "");
    kept.accepted(earlier_first ? kB : kA, 1.0);
    EXPECT_THAT(kept.accepted(earlier_first ? kA : kB, 1.0), ElementsAre(kA));
    EXPECT_TRUE(kept.is_best(kB));
  }
}

TEST(KeptWeights, EachVariantOfEachStageHasItsOwn) {
  KeptWeights kept;
  kept.plan(kA, "final", "");
  kept.plan(kB, "ablation", "all");
  kept.plan(kC, "ablation", "without");
  for (const CellHandle cell : {kA, kB, kC}) EXPECT_THAT(kept.accepted(cell, 1.0), IsEmpty());
}

TEST(KeptWeights, StaysWhereOneOfItsVariantsNeedsIt) {
  KeptWeights kept;
  kept.plan(kA, "final", "");
  kept.plan(kB, "final", "");
  kept.plan(kA, "ablation", "all");
  kept.plan(kC, "ablation", "all");
  EXPECT_THAT(kept.accepted(kA, 1.0), IsEmpty());
  EXPECT_THAT(kept.accepted(kB, 0.5), IsEmpty());
  EXPECT_THAT(kept.accepted(kC, 0.5), ElementsAre(kA));
  EXPECT_FALSE(kept.planned(CellHandle{4}));
}

TEST(KeptWeights, TheMaeIsTheLastBestEpochs) {
  sweeps::TrialResult result;
  EXPECT_EQ(best_valid_mae(result), std::nullopt);
  result.epochs = {{1, {}, 1.5, {}, true, 0}, {2, {}, 1.2, {}, true, 0}, {3, {}, 1.3, {}, false, 0}};
  EXPECT_EQ(best_valid_mae(result), 1.2);
}

}  // namespace
}  // namespace missmodal::coordinator
