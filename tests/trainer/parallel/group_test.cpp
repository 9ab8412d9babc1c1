#include "trainer/parallel/group.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tests/trainer/gang.h"
#include "tests/trainer/global_batch_norm.h"
#include "trainer/parallel/gradient_buckets.h"

namespace missmodal::trainer {
namespace {

using testing::by_members;
using testing::even_shares;

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
        const Shares shares = even_shares(total, 3);
        const Share share = shares.of(group.rank());
        const torch::Tensor own = whole.narrow(dim, share.first, share.count).clone().requires_grad_();
        const torch::Tensor gathered = group.gather(own, dim, shares);
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
    EXPECT_TRUE(torch::equal(group.sum(x), torch::full({2}, 3, torch::kInt64)));
    EXPECT_TRUE(torch::equal(x, torch::ones({2}, torch::kInt64)));
    return 0;
  });
}

// Against the library's BatchNorm over all rows, through a layer before it: the gradient goes through the
// statistics. Uneven shares and empty ones.
TEST(Group, BatchNormOfManyIsThatOfOne) {
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    for (const std::int64_t total : {7, 2}) {
      // Two rows become 1 and -1 whatever they are: in few digits their gradient is rounding noise.
      if (total == 2 && type == torch::kFloat32) continue;
      torch::manual_seed(3);
      const torch::Tensor rows = torch::randn({total, 3}, type);
      const torch::Tensor target = torch::randn({total, 4}, type);
      const torch::Tensor start = torch::randn({3, 4}, type);
      torch::nn::BatchNorm1d reference(4);
      reference->to(type);
      const torch::Tensor expected = start.clone().requires_grad_();
      (reference->forward(rows.matmul(expected)) - target).pow(3).sum().backward();
      struct OfMember {
        torch::Tensor weight, scale, shift;
        std::map<std::string, torch::Tensor> buffers;
      };
      for (const int size : {1, 2, 3}) {
        SCOPED_TRACE(size);
        const double tolerance = type == torch::kFloat64 ? 1e-10 : 1e-5;
        const auto all = by_members<OfMember>(size, [&](Communicator& communicator) {
          const Group group(communicator);
          testing::GlobalBatchNorm norm(4);
          norm.to(type);
          const torch::Tensor weight = start.clone().requires_grad_();
          GradientBuckets buckets({weight, norm.weight, norm.bias}, group, 1);
          const Share share = even_shares(total, size).of(group.rank());
          const auto own = [&](const torch::Tensor& x) { return x.narrow(0, share.first, share.count); };
          buckets.begin();
          group.backward((norm.forward(own(rows).matmul(weight), total, group) - own(target)).pow(3).sum());
          buckets.finish();
          OfMember found{weight.grad().clone(), norm.weight.grad().clone(), norm.bias.grad().clone(), {}};
          for (const auto& item : norm.named_buffers()) found.buffers[item.key()] = item.value();
          return found;
        });
        const auto expect_near = [&](const torch::Tensor& a, const torch::Tensor& b) {
          EXPECT_LE((a - b).norm().item<double>(), tolerance * (1 + b.norm().item<double>()));
        };
        for (const OfMember& found : all) {
          expect_near(found.weight, expected.grad());
          expect_near(found.scale, reference->weight.grad());
          expect_near(found.shift, reference->bias.grad());
          expect_near(found.buffers.at("running_mean"), reference->running_mean);
          expect_near(found.buffers.at("running_var"), reference->running_var);
          EXPECT_TRUE(torch::equal(found.weight, all[0].weight));
        }
      }
    }
  }
}

// Hands everything on, and writes down the sizes of what is summed.
class Recorded : public Communicator {
 public:
  explicit Recorded(Communicator& to) : to_(to) {}
  int rank() const override { return to_.rank(); }
  int size() const override { return to_.size(); }
  Ticket start_all_reduce(Buffer buffer) override {
    started.push_back(buffer.count);
    return to_.start_all_reduce(buffer);
  }
  void wait(Ticket ticket) override { to_.wait(ticket); }
  void all_gather(Buffer mine, std::span<const std::size_t> counts, Buffer all) override {
    to_.all_gather(mine, counts, all);
  }
  void broadcast(Buffer buffer, int root) override { to_.broadcast(buffer, root); }
  void abort() override { to_.abort(); }
  std::vector<std::size_t> started;

 private:
  Communicator& to_;
};

// Whatever a member's own loss depends on, and in whatever order its gradients come.
TEST(Group, SendsInTheSameOrderOnEveryMember) {
  struct OfMember {
    std::vector<std::size_t> started;
    torch::Tensor first, second, third;
  };
  const auto all = by_members<OfMember>(4, [](Communicator& communicator) {
    Recorded recorded(communicator);
    const Group group(recorded);
    const torch::Tensor first = torch::ones({10}).requires_grad_();
    const torch::Tensor second = torch::ones({20}).requires_grad_();
    const torch::Tensor third = torch::ones({30}).requires_grad_();
    GradientBuckets buckets({first, second, third}, group, 1);
    for (int step = 0; step < 2; ++step) {
      first.mutable_grad().reset();
      second.mutable_grad().reset();
      third.mutable_grad().reset();
      buckets.begin();
      const torch::Tensor one = group.sum(first * 2);
      const torch::Tensor two = group.sum(second * 3);
      switch (group.rank()) {
        case 0:
          group.backward((one.sum() + two.sum()) + third.sum());
          break;
        case 1:
          group.backward(third.sum() + two.sum() * one.sum());
          break;
        case 2:
          group.backward(third.sum());
          break;
        default:
          group.backward(one.sum());
      }
      buckets.finish();
      EXPECT_FALSE(group.awaits_backward());
    }
    return OfMember{recorded.started, first.grad().clone(), second.grad().clone(), third.grad().clone()};
  });
  // Forward, backward, buckets: with a number that says how many have a gradient.
  const std::vector<std::size_t> step{10, 20, 20, 10, 31, 21, 11};
  std::vector<std::size_t> twice = step;
  twice.insert(twice.end(), step.begin(), step.end());
  for (const OfMember& found : all) {
    EXPECT_EQ(found.started, twice);
    // Of 4 members each has 2 or 3 times its parameter in the sum: they come to 80 and 240.
    EXPECT_TRUE(torch::equal(found.first, torch::full({10}, 4 * 2.0F * (1 + 240 + 1))));
    EXPECT_TRUE(torch::equal(found.second, torch::full({20}, 4 * 3.0F * (1 + 80))));
    EXPECT_TRUE(torch::equal(found.third, torch::full({30}, 3.0F)));
  }
}

TEST(Group, SumsWithoutAGradientWhereNoneIsWanted) {
  by_members<int>(2, [](Communicator& communicator) {
    const Group group(communicator);
    const torch::Tensor x = torch::ones({2}).requires_grad_();
    EXPECT_FALSE(group.sum(x.detach()).requires_grad());
    const torch::NoGradGuard no_grad;
    EXPECT_FALSE(group.sum(x).requires_grad());
    EXPECT_FALSE(group.awaits_backward());
    return 0;
  });
}

}  // namespace
}  // namespace missmodal::trainer
