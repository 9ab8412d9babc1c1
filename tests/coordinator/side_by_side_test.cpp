#include "coordinator/side_by_side.h"

#include <gtest/gtest.h>

namespace missmodal::coordinator {
namespace {

void expect(const JobShape& job, const sweeps::Resources& resources, int width, int trials, int spanning,
            int idle) {
  const SideBySide fit = side_by_side(job, resources, width);
  EXPECT_EQ(fit.trials, trials);
  EXPECT_EQ(fit.spanning, spanning);
  EXPECT_EQ(fit.idle_ranks, idle);
}

TEST(SideBySide, GangsStayOnAHostWhereTheyFit) {
  const sweeps::Resources cpu;
  expect({8, 4}, cpu, 1, 8, 0, 0);
  expect({8, 4}, cpu, 2, 4, 0, 0);
  expect({8, 4}, cpu, 3, 2, 0, 2);
  expect({10, 4}, cpu, 4, 2, 0, 2);
}

TEST(SideBySide, GangsSpanHostsWhereNoneIsLargeEnough) {
  expect({9, 2}, {}, 3, 3, 3, 0);
  expect({8, 4}, {}, 6, 1, 1, 2);
}

TEST(SideBySide, MembersNeverShareAGpu) {
  sweeps::Resources shared;
  shared.trials_per_gpu = 4;
  expect({8, 8}, shared, 1, 8, 0, 0);
  expect({8, 8}, shared, 2, 4, 0, 0);
  expect({8, 8}, shared, 3, 0, 0, 8);  // two GPUs
}

TEST(SideBySide, ThereMayBeTooFew) {
  expect({3, 0}, {}, 4, 0, 0, 3);
}

}  // namespace
}  // namespace missmodal::coordinator
