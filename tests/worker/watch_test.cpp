#include "worker/watch.h"

#include <gtest/gtest.h>

namespace missmodal::worker {
namespace {

using namespace std::chrono_literals;

TEST(Watch, CountsTheTimeThatItWasAwake) {
  Watch::Clock::time_point now{};
  Watch watch(now);
  for (int i = 0; i < 10; ++i) watch.look(now += 500ms);
  EXPECT_EQ(watch.look(now), 5s);
  EXPECT_EQ(watch.look(now += 1h), 6s) << "it slept, and so did what it waits for, as far as it knows";
  watch.happened();
  EXPECT_EQ(watch.look(now += 100ms), 100ms);
}

}  // namespace
}  // namespace missmodal::worker
