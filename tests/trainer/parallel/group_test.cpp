#include "trainer/parallel/group.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/trainer/gang.h"

namespace missmodal::trainer {
namespace {

using testing::by_members;

TEST(Group, SharesAreContiguousAndLargerAtFirst) {
  const auto all = by_members<std::vector<Share>>(3, [](Communicator& communicator) {
    const Group group(communicator);
    return std::vector<Share>{group.share(7), group.share(2), group.share(0)};
  });
  const auto expect = [](Share share, std::int64_t first, std::int64_t count) {
    EXPECT_EQ(share.first, first);
    EXPECT_EQ(share.count, count);
  };
  expect(all[0][0], 0, 3);
  expect(all[1][0], 3, 2);
  expect(all[2][0], 5, 2);
  expect(all[0][1], 0, 1);
  expect(all[1][1], 1, 1);
  expect(all[2][1], 2, 0);
  for (const auto& shares : all) expect(shares[2], 0, 0);
}

// Along any dimension, empty shares too; the gradient reaches the own rows alone.
TEST(Group, GathersWithTheOwnShareAttached) {
  for (const std::int64_t total : {1, 2, 7}) {
    for (const std::int64_t dim : {0, 1, 2}) {
      std::vector<std::int64_t> shape{2, 3, 4};
      shape[static_cast<std::size_t>(dim)] = total;
      const torch::Tensor whole =
          torch::arange(shape[0] * shape[1] * shape[2]).to(torch::kFloat64).view(shape);
      by_members<int>(3, [&](Communicator& communicator) {
        const Group group(communicator);
        const Share share = group.share(total);
        const torch::Tensor own = whole.narrow(dim, share.first, share.count).clone().requires_grad_();
        const torch::Tensor gathered = group.gather(own, dim, total);
        EXPECT_TRUE(torch::equal(gathered, whole));
        (gathered * whole).sum().backward();
        EXPECT_TRUE(torch::equal(own.grad(), whole.narrow(dim, share.first, share.count)));
        return 0;
      });
    }
  }
}

TEST(Group, SumsAndBroadcasts) {
  by_members<int>(3, [](Communicator& communicator) {
    const Group group(communicator);
    const torch::Tensor x = torch::full({2}, group.rank() + 1, torch::kInt64);
    group.broadcast(x);
    EXPECT_TRUE(torch::equal(x, torch::ones({2}, torch::kInt64)));
    group.sum(x);
    EXPECT_TRUE(torch::equal(x, torch::full({2}, 3, torch::kInt64)));
    return 0;
  });
}

}  // namespace
}  // namespace missmodal::trainer
