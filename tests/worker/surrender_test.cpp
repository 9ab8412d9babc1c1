#include "worker/surrender.h"

#include <gtest/gtest.h>

namespace missmodal::worker {
namespace {

TEST(Surrender, FreesWhoWaits) {
  Surrender surrender;
  int freed = 0;
  const Surrender::Way way(surrender, [&] { ++freed; });
  EXPECT_EQ(freed, 0);
  surrender.demand();
  EXPECT_EQ(freed, 1);
}

TEST(Surrender, FreesWhoComesLater) {
  Surrender surrender;
  surrender.demand();
  int freed = 0;
  const Surrender::Way way(surrender, [&] { ++freed; });
  EXPECT_EQ(freed, 1);
}

TEST(Surrender, LeavesAloneWhoHasGone) {
  Surrender surrender;
  int freed = 0;
  {
    const Surrender::Way way(surrender, [&] { ++freed; });
  }
  surrender.demand();
  EXPECT_EQ(freed, 0);
}

}  // namespace
}  // namespace missmodal::worker
