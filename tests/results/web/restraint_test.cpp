#include "results/web/restraint.h"

#include <gtest/gtest.h>

namespace missmodal::results::web {
namespace {

using std::chrono::milliseconds;

class RestraintTest : public testing::Test {
 protected:
  // After so much more computing and resting.
  Restraint::Duration owed_after(milliseconds work, milliseconds rest) {
    now_ += work + rest;
    computed_ += work;
    return restraint_.owed(now_, computed_);
  }

  Restraint::Clock::time_point now_{};
  Restraint::Duration computed_{0};
  Restraint restraint_{now_, computed_};
};

TEST_F(RestraintTest, WhoAlwaysComputesOwesFourTimesAsMuchRest) {
  EXPECT_EQ(owed_after(milliseconds(10), milliseconds(0)), milliseconds(40));
  EXPECT_EQ(owed_after(milliseconds(0), milliseconds(40)), milliseconds(0)) << "paid";
}

TEST_F(RestraintTest, DebtsAddUpUntilTheyArePaid) {
  EXPECT_EQ(owed_after(milliseconds(1), milliseconds(3)), milliseconds(0)) << "not worth a sleep";
  EXPECT_EQ(owed_after(milliseconds(1), milliseconds(2)), milliseconds(3)) << "1 ms of before";
  EXPECT_EQ(owed_after(milliseconds(5), milliseconds(1)), milliseconds(22));
}

TEST_F(RestraintTest, WhoComputesLittleNeverRestsMore) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(owed_after(milliseconds(1), milliseconds(4)), milliseconds(0));
}

TEST_F(RestraintTest, RestIsNotSavedForLater) {
  EXPECT_EQ(owed_after(milliseconds(0), milliseconds(100'000)), milliseconds(0));
  EXPECT_EQ(owed_after(milliseconds(10), milliseconds(0)), milliseconds(40));
}

}  // namespace
}  // namespace missmodal::results::web
