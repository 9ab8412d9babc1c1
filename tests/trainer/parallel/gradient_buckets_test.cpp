#include "trainer/parallel/gradient_buckets.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/trainer/gang.h"

namespace missmodal::trainer {
namespace {

using testing::by_members;

struct TwoParts {
  torch::Tensor used = torch::ones({3}).requires_grad_();
  torch::Tensor alone = torch::ones({2}).requires_grad_();   // has a gradient on the last member only
  torch::Tensor unused = torch::ones({4}).requires_grad_();  // on none
  std::vector<torch::Tensor> parameters() const { return {used, alone, unused}; }
};

TEST(GradientBuckets, SumTheMembersGradients) {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{12}, std::size_t{1000}}) {
    const auto all = by_members<TwoParts>(3, [&](Communicator& communicator) {
      TwoParts parts;
      GradientBuckets buckets(parts.parameters(), Group(communicator), bytes);
      buckets.begin();
      torch::Tensor loss = (parts.used * (communicator.rank() + 1)).sum();
      if (communicator.rank() == 2) loss = loss + (parts.alone * 5).sum();
      loss.backward();
      buckets.finish();
      return parts;
    });
    for (const TwoParts& parts : all) {
      EXPECT_TRUE(torch::equal(parts.used.grad(), torch::full({3}, 6.0F)));
      EXPECT_TRUE(torch::equal(parts.alone.grad(), torch::full({2}, 5.0F)));
      EXPECT_FALSE(parts.unused.grad().defined());
    }
  }
}

TEST(GradientBuckets, AddToWhatEarlierPassesLeft) {
  const auto all = by_members<TwoParts>(2, [](Communicator& communicator) {
    TwoParts parts;
    GradientBuckets buckets(parts.parameters(), Group(communicator));
    for (int pass = 0; pass < 3; ++pass) {
      buckets.begin();
      (parts.used * (communicator.rank() + 1)).sum().backward();
      if (communicator.rank() == 0 && pass == 0) parts.alone.sum().backward();
      buckets.finish();
    }
    return parts;
  });
  for (const TwoParts& parts : all) {
    EXPECT_TRUE(torch::equal(parts.used.grad(), torch::full({3}, 9.0F)));
    EXPECT_TRUE(torch::equal(parts.alone.grad(), torch::ones({2})));
    EXPECT_FALSE(parts.unused.grad().defined());
  }
}

// A member with nothing to differentiate takes part all the same.
TEST(GradientBuckets, NeedNoBackwardPass) {
  const auto all = by_members<TwoParts>(2, [](Communicator& communicator) {
    TwoParts parts;
    GradientBuckets buckets(parts.parameters(), Group(communicator));
    buckets.begin();
    if (communicator.rank() == 1) parts.used.sum().backward();
    buckets.finish();
    return parts;
  });
  for (const TwoParts& parts : all) EXPECT_TRUE(torch::equal(parts.used.grad(), torch::ones({3})));
}

// Counts what reaches it before the backward pass is over.
class Watched : public Alone {
 public:
  int size() const override { return 2; }
  Ticket start_all_reduce(Buffer buffer) override {
    started.push_back(buffer.count);
    return Alone::start_all_reduce(buffer);
  }
  std::vector<std::size_t> started;
};

TEST(GradientBuckets, AreSentWhileTheBackwardPassRuns) {
  Watched watched;
  const torch::Tensor first = torch::ones({3}).requires_grad_();
  const torch::Tensor second = torch::ones({2}).requires_grad_();
  GradientBuckets buckets({first, second}, Group(watched), 1);
  buckets.begin();
  std::vector<std::size_t> before_first;
  const torch::Tensor inner = first * 2;
  inner.register_hook([&](const torch::Tensor&) { before_first = watched.started; });
  (torch::cat({inner, second})).sum().backward();
  // `first` needs one more step back than `second`, whose bucket, with one number of its own, is on its way
  // by then.
  EXPECT_EQ(before_first, (std::vector<std::size_t>{3}));
  EXPECT_EQ(watched.started, (std::vector<std::size_t>{3, 4}));
  buckets.finish();
}

TEST(GradientBuckets, DoNothingAlone) {
  TwoParts parts;
  GradientBuckets buckets(parts.parameters(), Group());
  buckets.begin();
  const torch::Tensor gradient = torch::full({3}, 2.0F);
  parts.used.mutable_grad() = gradient;
  buckets.finish();
  EXPECT_TRUE(parts.used.grad().is_same(gradient));
}

TEST(GradientBuckets, ABrokenGroupEndsTheBackwardPassWithItsOwnException) {
  Watched watched;
  const torch::Tensor parameter = torch::ones({3}).requires_grad_();
  GradientBuckets buckets({parameter}, Group(watched));
  buckets.begin();
  watched.abort();
  EXPECT_THROW(parameter.sum().backward(), GroupBroken);
}

}  // namespace
}  // namespace missmodal::trainer
