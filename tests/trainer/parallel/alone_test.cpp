#include "trainer/parallel/alone.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

namespace missmodal::trainer {
namespace {

Buffer buffer(const std::shared_ptr<std::vector<float>>& values) {
  return {{values, values->data()}, values->size(), ElementType::float32};
}

TEST(Alone, KeepsWhatItHas) {
  Alone alone;
  const auto mine = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3});
  const auto all = std::make_shared<std::vector<float>>(3);
  alone.all_reduce(buffer(mine));
  EXPECT_EQ(*mine, (std::vector<float>{1, 2, 3}));
  alone.all_gather(buffer(mine), std::array<std::size_t, 1>{3}, buffer(all));
  EXPECT_EQ(*all, *mine);
  alone.broadcast(buffer(mine), 0);
  EXPECT_EQ(*mine, (std::vector<float>{1, 2, 3}));
}

TEST(Alone, ThrowsWhenGivenUp) {
  Alone alone;
  const Ticket ticket = alone.start_all_reduce({});
  alone.abort();
  EXPECT_THROW(alone.wait(ticket), GroupBroken);
  EXPECT_THROW(alone.all_reduce({}), GroupBroken);
}

}  // namespace
}  // namespace missmodal::trainer
