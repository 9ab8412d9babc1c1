#include "trainer/peak_memory.h"

#include <gtest/gtest.h>

#include <vector>

namespace missmodal::trainer {
namespace {

constexpr std::int64_t kLarge = 256 << 20;

TEST(PeakMemory, SeesWhatWasFreedAgainAndNotWhatWasBefore) {
  const auto touch = [](std::int64_t size) {
    const std::vector<char> memory(static_cast<std::size_t>(size), 1);
    EXPECT_EQ(memory.back(), 1);
  };
  const PeakMemory before;
  if (!before.bytes()) GTEST_SKIP() << "this system does not set a process's high-water mark back";
  const std::int64_t small = before.bytes().value();
  touch(kLarge);
  EXPECT_GE(before.bytes().value(), small + kLarge / 2);
  const PeakMemory after;
  EXPECT_LT(after.bytes().value(), small + kLarge / 2);
  touch(kLarge);
  EXPECT_GE(after.bytes().value(), small + kLarge / 2);
}

// Freed pieces too small to have been mapped one by one stay with the allocator unless it is told.
TEST(PeakMemory, DoesNotCountWhatTheAllocatorKept) {
  const PeakMemory before;
  if (!before.bytes()) GTEST_SKIP() << "this system does not set a process's high-water mark back";
  {
    std::vector<std::vector<char>> pieces;
    for (std::int64_t size = 0; size < kLarge; size += 4096) pieces.emplace_back(4096, 1);
  }
  EXPECT_LT(PeakMemory().bytes().value(), before.bytes().value() - kLarge / 2);
}

}  // namespace
}  // namespace missmodal::trainer
