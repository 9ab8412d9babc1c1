#include "trainer/model/initialize.h"

#include <gtest/gtest.h>

#include <cmath>

namespace missmodal::trainer {
namespace {

torch::Tensor filled(Initial initial, std::uint64_t seed, std::string_view name, std::int64_t size = 40000) {
  torch::Tensor values = torch::empty({size});
  fill(values, initial, seed, name);
  return values;
}

TEST(Initialize, UniformFillsItsIntervalEvenly) {
  const torch::Tensor values = filled(Initial::uniform(0.5), 1111, "a");
  EXPECT_GE(values.min().item<float>(), -0.5F);
  EXPECT_LT(values.max().item<float>(), 0.5F);
  EXPECT_NEAR(values.mean().item<double>(), 0, 0.008);  // 5 standard errors
  EXPECT_NEAR(values.std().item<double>(), 1 / std::sqrt(12.0), 0.005);
}

TEST(Initialize, NormalHasItsDeviation) {
  const torch::Tensor values = filled(Initial::normal(0.02), 1111, "a");
  EXPECT_NEAR(values.mean().item<double>(), 0, 0.0005);
  EXPECT_NEAR(values.std().item<double>(), 0.02, 0.0004);
  EXPECT_NEAR(values.abs().gt(0.04).to(torch::kFloat64).mean().item<double>(), 0.0455, 0.005);
}

TEST(Initialize, DependsOnSeedAndNameAlone) {
  const Initial initial = Initial::uniform(1);
  EXPECT_TRUE(torch::equal(filled(initial, 1111, "a"), filled(initial, 1111, "a")));
  EXPECT_TRUE(torch::equal(filled(initial, 1111, "a", 7), filled(initial, 1111, "a").slice(0, 0, 7)));
  EXPECT_FALSE(torch::equal(filled(initial, 1111, "a"), filled(initial, 1112, "a")));
  EXPECT_FALSE(torch::equal(filled(initial, 1111, "a"), filled(initial, 1111, "b")));
}

TEST(Initialize, ConstantIsConstant) {
  EXPECT_TRUE(torch::equal(filled(Initial::constant(1), 1, "a", 5), torch::ones({5})));
}

}  // namespace
}  // namespace missmodal::trainer
