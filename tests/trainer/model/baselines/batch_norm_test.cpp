#include "trainer/model/baselines/batch_norm.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>

#include <memory>
#include <vector>

#include "tests/trainer/gang.h"
#include "tests/trainer/model/tiny_model.h"

namespace missmodal::trainer {
namespace {

constexpr std::int64_t kChannels = 4;

std::shared_ptr<BatchNorm> make() {
  auto norm = std::make_shared<BatchNorm>(kChannels);
  const torch::NoGradGuard no_grad;
  auto parameters = norm->named_parameters();
  parameters["weight"].copy_(torch::linspace(0.5, 2, kChannels));
  parameters["bias"].copy_(torch::linspace(-1, 1, kChannels));
  return norm;
}

Walk training(std::int64_t utterances, const Group& group = Group()) {
  Walk walk;
  walk.training = true;
  walk.utterances = utterances;
  walk.group = group;
  return walk;
}

struct Found {
  torch::Tensor y;
  torch::Tensor of_x;
  std::vector<torch::Tensor> of_parameters;
  torch::Tensor mean;
  torch::Tensor variance;
};

// A loss that weighs each number differently; `weights` has x's shape.
Found walked(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t utterances,
             const Group& group) {
  const auto norm = make();
  const torch::Tensor leaf = x.clone().requires_grad_();
  Found found;
  for (int step = 0; step < 2; ++step) {
    found.y = norm->forward(leaf, training(utterances, group));
    group.backward((found.y * weights).sum());
  }
  found.of_x = leaf.grad();
  for (const torch::Tensor& parameter : norm->parameters()) found.of_parameters.push_back(parameter.grad());
  found.mean = norm->named_buffers()["running_mean"];
  found.variance = norm->named_buffers()["running_var"];
  return found;
}

torch::Tensor rows(const std::vector<std::int64_t>& shape) {
  return torch::randn(shape, at::detail::createCPUGenerator(3)) * 2 + 1;
}
torch::Tensor weights_of(const torch::Tensor& x) {
  return torch::linspace(-1, 2, x.numel()).view(x.sizes());
}

void expect_near(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_TRUE(torch::allclose(a, b, 1e-5, 1e-5)) << testing::largest_difference(a, b);
}

TEST(BatchNorm, IsThatOfTorch) {
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{5, kChannels}, {5, kChannels, 3}}) {
    const torch::Tensor x = rows(shape);
    const Found ours = walked(x, weights_of(x), 5, Group());
    torch::nn::BatchNorm1d theirs(kChannels);
    {
      const torch::NoGradGuard no_grad;
      theirs->weight.copy_(torch::linspace(0.5, 2, kChannels));
      theirs->bias.copy_(torch::linspace(-1, 1, kChannels));
    }
    const torch::Tensor leaf = x.clone().requires_grad_();
    torch::Tensor y;
    for (int step = 0; step < 2; ++step) {
      y = theirs->forward(leaf);
      (y * weights_of(x)).sum().backward();
    }
    expect_near(ours.y, y);
    expect_near(ours.of_x, leaf.grad());
    expect_near(ours.of_parameters[0], theirs->weight.grad());
    expect_near(ours.of_parameters[1], theirs->bias.grad());
    expect_near(ours.mean, theirs->running_mean);
    expect_near(ours.variance, theirs->running_var);
    theirs->eval();
    const auto norm = make();
    norm->named_buffers()["running_mean"].copy_(ours.mean);
    norm->named_buffers()["running_var"].copy_(ours.variance);
    expect_near(norm->forward(x, Walk()), theirs->forward(x));
  }
}

// Of the last one nothing is left.
TEST(BatchNorm, OfManyMembersIsThatOfOne) {
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{3, kChannels}, {3, kChannels, 2}}) {
    const torch::Tensor x = rows(shape);
    const Found one = walked(x, weights_of(x), 3, Group());
    for (const int size : {2, 4}) {
      const auto member = [&](Communicator& communicator) {
        const Group group(communicator);
        const Share share = testing::even_shares(3, size).of(group.rank());
        return walked(x.narrow(0, share.first, share.count),
                      weights_of(x).narrow(0, share.first, share.count), 3, group);
      };
      std::vector<torch::Tensor> y, of_x;
      torch::Tensor of_weight = torch::zeros(kChannels);
      for (const Found& found : testing::by_members<Found>(size, member)) {
        y.push_back(found.y.detach());
        of_x.push_back(found.of_x);
        of_weight += found.of_parameters[0];
        expect_near(found.mean, one.mean);
        expect_near(found.variance, one.variance);
      }
      expect_near(torch::cat(y), one.y);
      expect_near(torch::cat(of_x), one.of_x);
      expect_near(of_weight, one.of_parameters[0]);
    }
  }
}

// One number has no variance: a batch of one goes by what was seen before, and teaches nothing.
TEST(BatchNorm, TakesABatchOfOne) {
  const auto norm = make();
  const torch::Tensor x = rows({1, kChannels});
  expect_near(norm->forward(x, training(1)), norm->forward(x, Walk()));
  expect_near(norm->named_buffers()["running_mean"], torch::zeros(kChannels));
}

}  // namespace
}  // namespace missmodal::trainer
