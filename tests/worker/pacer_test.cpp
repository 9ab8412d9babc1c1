#include "worker/pacer.h"

#include <gtest/gtest.h>

namespace missmodal::worker {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Pacer, LooksOftenAfterAnEventAndSeldomWhenIdle) {
  const Pacer::Clock::time_point start{};
  Pacer pacer(start);
  EXPECT_EQ(pacer.delay(start), microseconds(100));
  EXPECT_EQ(pacer.delay(start + milliseconds(100)), microseconds(100));
  EXPECT_EQ(pacer.delay(start + seconds(1)), microseconds(1000));
  EXPECT_EQ(pacer.delay(start + seconds(60)), microseconds(5000));
  pacer.event(start + seconds(60));
  EXPECT_EQ(pacer.delay(start + seconds(60)), microseconds(100));
}

}  // namespace
}  // namespace missmodal::worker
