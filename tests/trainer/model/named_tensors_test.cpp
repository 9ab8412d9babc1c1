#include "trainer/model/named_tensors.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>

#include <string>
#include <vector>

namespace missmodal::trainer {
namespace {

TEST(NamedTensors, BringParametersAndBuffersBack) {
  torch::nn::BatchNorm1d model(3);  // its running mean is a buffer, changed by a forward pass
  const torch::Tensor x = torch::rand({5, 3}) + 1;
  const NamedTensors before = copied(values_of(*model), torch::kCPU);
  {
    const torch::NoGradGuard no_grad;
    model->weight.add_(1);
  }
  model->forward(x);
  ASSERT_FALSE(torch::equal(model->running_mean, before[2].second));
  assign(before, values_of(*model));
  EXPECT_TRUE(torch::equal(model->weight, torch::ones({3})));
  EXPECT_TRUE(torch::equal(model->running_mean, torch::zeros({3})));
  EXPECT_EQ(model->num_batches_tracked.item<std::int64_t>(), 0);
  EXPECT_TRUE(model->weight.requires_grad());
}

TEST(NamedTensors, HaveTheNamesOfStateDict) {
  const torch::nn::BatchNorm1d model(3);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : values_of(*model)) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"weight", "bias", "running_mean", "running_var",
                                             "num_batches_tracked"}));
}

}  // namespace
}  // namespace missmodal::trainer
