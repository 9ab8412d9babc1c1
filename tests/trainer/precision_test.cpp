#include "trainer/precision.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

namespace missmodal::trainer {
namespace {

using sweeps::Precision;

TEST(Tf32, IsTakenIfAndOnlyIfAskedFor) {
  const auto taken = [] {
    EXPECT_EQ(at::globalContext().allowTF32CuBLAS(), at::globalContext().allowTF32CuDNN());
    return at::globalContext().allowTF32CuDNN();
  };
  const bool products = at::globalContext().allowTF32CuBLAS();
  const bool cudnn = at::globalContext().allowTF32CuDNN();
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16, Precision::fp64}) {
    const Tf32 tf32(precision);
    EXPECT_EQ(taken(), precision == Precision::tf32);
  }
  EXPECT_EQ(at::globalContext().allowTF32CuBLAS(), products);
  EXPECT_EQ(at::globalContext().allowTF32CuDNN(), cudnn);
}

TEST(Deterministic, IsAskedForWhileItLives) {
  ASSERT_FALSE(at::globalContext().deterministicAlgorithms());
  const bool cudnn = at::globalContext().deterministicCuDNN();
  {
    const Deterministic deterministic(true);
    EXPECT_TRUE(at::globalContext().deterministicAlgorithms());
    EXPECT_TRUE(at::globalContext().deterministicCuDNN());
  }
  EXPECT_FALSE(at::globalContext().deterministicAlgorithms());
  EXPECT_EQ(at::globalContext().deterministicCuDNN(), cudnn);
}

TEST(Autocast, CastsProductsWhileItLives) {
  const torch::Tensor x = torch::ones({2, 2});
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16, Precision::fp64}) {
    const Autocast autocast(precision, torch::kCPU);
    EXPECT_EQ(x.mm(x).scalar_type(), precision == Precision::bf16 ? torch::kBFloat16 : torch::kFloat32);
  }
  EXPECT_EQ(x.mm(x).scalar_type(), torch::kFloat32);
}

// A cast of the weights from before an update would make the update invisible.
TEST(Autocast, SeesAnUpdateOfTheWeights) {
  torch::Tensor weight = torch::ones({2, 2}).requires_grad_();
  const torch::Tensor x = torch::ones({2, 2});
  const auto product = [&] {
    const Autocast autocast(Precision::bf16, torch::kCPU);
    return x.mm(weight)[0][0].item<double>();
  };
  EXPECT_EQ(product(), 2);
  {
    const torch::NoGradGuard no_grad;
    weight.add_(1);
  }
  EXPECT_EQ(product(), 4);
}

}  // namespace
}  // namespace missmodal::trainer
