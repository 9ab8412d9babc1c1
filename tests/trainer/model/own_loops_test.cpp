#include "trainer/model/own_loops.h"

#include <gtest/gtest.h>

#include <thread>

namespace missmodal::trainer {
namespace {

TEST(OwnLoops, TakeFloatsOnTheCpuAlone) {
  EXPECT_TRUE(takes_own_loops(torch::ones({1})));
  EXPECT_FALSE(takes_own_loops(torch::ones({1}, torch::kFloat64)));
  EXPECT_FALSE(takes_own_loops(torch::ones({1}, torch::kInt64)));
}

TEST(OwnLoops, TakeNothingInTheThreadOfALibraryOnly) {
  const torch::Tensor x = torch::ones({1});
  {
    const LibraryOnly outer;
    EXPECT_FALSE(takes_own_loops(x));
    {
      const LibraryOnly inner;
      EXPECT_FALSE(takes_own_loops(x));
    }
    EXPECT_FALSE(takes_own_loops(x));
    bool elsewhere = false;
    std::thread([&] { elsewhere = takes_own_loops(x); }).join();
    EXPECT_TRUE(elsewhere);
  }
  EXPECT_TRUE(takes_own_loops(x));
}

}  // namespace
}  // namespace missmodal::trainer
