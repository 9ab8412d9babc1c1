#include "trainer/snapshot.h"

#include <gtest/gtest.h>

namespace missmodal::trainer {
namespace {

TEST(Snapshot, BringsParametersAndBuffersBack) {
  torch::nn::BatchNorm1d model(3);  // its running mean is a buffer, changed by a forward pass
  const torch::Tensor x = torch::rand({5, 3}) + 1;
  Snapshot snapshot;
  snapshot.take(*model);
  const torch::Tensor weight = model->weight.detach().clone();
  const torch::Tensor mean = model->running_mean.clone();
  {
    const torch::NoGradGuard no_grad;
    model->weight.add_(1);
  }
  model->forward(x);
  ASSERT_FALSE(torch::equal(model->running_mean, mean));
  snapshot.restore(*model);
  EXPECT_TRUE(torch::equal(model->weight, weight));
  EXPECT_TRUE(torch::equal(model->running_mean, mean));
  EXPECT_TRUE(model->weight.requires_grad());
}

}  // namespace
}  // namespace missmodal::trainer
