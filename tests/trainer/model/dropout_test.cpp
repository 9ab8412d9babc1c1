#include "trainer/model/dropout.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/trainer/model/tiny_model.h"

namespace missmodal::trainer {
namespace {

constexpr DropoutLayer kLayer{1, 2, 3};

torch::Tensor factors(const DropoutStream& stream, const std::vector<std::int64_t>& lengths, Rows rows,
                      std::int64_t columns, double probability = 0.25) {
  const RaggedLayout layout(lengths, torch::kCPU);
  return stream.apply(torch::ones({layout.count(rows), columns}), layout, rows, kLayer, probability);
}

TEST(Dropout, KeepsTheRightShareAndTheMean) {
  const DropoutStream stream({1111, 0, 0}, torch::kCPU);
  const torch::Tensor kept = factors(stream, std::vector<std::int64_t>(100, 20), Rows::all, 100, 0.1);
  EXPECT_NEAR(kept.eq(0).to(torch::kFloat64).mean().item<double>(), 0.1, 0.003);  // 5 standard errors
  EXPECT_NEAR(kept.mean().item<double>(), 1, 0.004);
}

TEST(Dropout, TwoHalvesOfABatchSeeTheFactorsOfTheWhole) {
  const DropoutStream whole({1111, 7, 0}, torch::kCPU);
  const DropoutStream second({1111, 7, 2}, torch::kCPU);
  const torch::Tensor all = factors(whole, {3, 1, 5, 2}, Rows::all, 19);
  EXPECT_TRUE(torch::equal(all.slice(0, 0, 4), factors(whole, {3, 1}, Rows::all, 19)));
  EXPECT_TRUE(torch::equal(all.slice(0, 4, 11), factors(second, {5, 2}, Rows::all, 19)));
}

TEST(Dropout, ARowsFactorsDoNotDependOnWhichRowsAreComputed) {
  const DropoutStream stream({1111, 7, 0}, torch::kCPU);
  const torch::Tensor all = factors(stream, {3, 2}, Rows::all, 19);
  EXPECT_TRUE(torch::equal(factors(stream, {3, 2}, Rows::last, 19), torch::stack({all[2], all[4]})));
  EXPECT_TRUE(torch::equal(factors(stream, {3, 2}, Rows::first, 19), torch::stack({all[0], all[3]})));
}

TEST(Dropout, AttentionFactorsDoNotDependOnPadding) {
  const DropoutStream stream({1111, 7, 0}, torch::kCPU);
  const RaggedLayout alone({3}, torch::kCPU);
  const RaggedLayout beside({3, 6}, torch::kCPU);
  const torch::Tensor small =
      stream.apply_attention(torch::ones({1, 2, 3, 3}), alone, Rows::all, kLayer, 0.25);
  const torch::Tensor large =
      stream.apply_attention(torch::ones({2, 2, 6, 6}), beside, Rows::all, kLayer, 0.25);
  EXPECT_TRUE(torch::equal(small[0], large[0].slice(1, 0, 3).slice(2, 0, 3)));
}

TEST(Dropout, EveryPartOfThePlaceCounts) {
  const auto factors_at = [](TrainingStep step, DropoutLayer layer, std::int64_t row) {
    std::vector<float> columns(256);
    DropoutStream(step, torch::kCPU).row_factors(layer, 0.5, 0, row, columns);
    return columns;
  };
  const auto first = factors_at({1, 0, 0}, kLayer, 0);
  EXPECT_EQ(first, factors_at({1, 0, 0}, kLayer, 0));
  EXPECT_NE(first, factors_at({2, 0, 0}, kLayer, 0));
  EXPECT_NE(first, factors_at({1, 1, 0}, kLayer, 0));
  EXPECT_NE(first, factors_at({1, 0, 1}, kLayer, 0));
  EXPECT_NE(first, factors_at({1, 0, 0}, {0, 2, 3}, 0));
  EXPECT_NE(first, factors_at({1, 0, 0}, {1, 1, 3}, 0));
  EXPECT_NE(first, factors_at({1, 0, 0}, {1, 2, 2}, 0));
  EXPECT_NE(first, factors_at({1, 0, 0}, kLayer, 1));
}

// docs/model.md's recipe, written out once more.
TEST(Dropout, FollowsTheDocumentedRecipe) {
  const PhiloxBlock derived = philox({1111, 0, 7, 0}, {0x64726f70U, 0x6f757401U});
  std::vector<float> columns(200);
  DropoutStream({1111, 7, 10}, torch::kCPU).row_factors(kLayer, 0.25, 2, 4, columns);
  for (std::uint32_t column = 0; column < columns.size(); ++column) {
    const std::uint32_t number = column / 128 * 16 + column % 16;
    const std::uint32_t part = column % 128 / 16;
    const PhiloxBlock block = philox({number, 4, 10 + 2, 1U << 24 | 2U << 8 | 3U}, {derived[0], derived[1]});
    const std::uint32_t bits = part % 2 == 0 ? block[part / 2] & 0xFFFFU : block[part / 2] >> 16;
    EXPECT_EQ(columns[column], bits >= 16384 ? 1 / 0.75F : 0) << column;
  }
}

TEST(Dropout, OffOrZeroHandsBackItsInput) {
  const torch::Tensor x = torch::rand({4, 3});
  EXPECT_TRUE(DropoutStream().apply(x, kLayer, 0.5).is_same(x));
  EXPECT_TRUE(DropoutStream({1, 0, 0}, torch::kCPU).apply(x, kLayer, 0).is_same(x));
}

}  // namespace
}  // namespace missmodal::trainer
