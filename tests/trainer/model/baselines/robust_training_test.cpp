#include "trainer/model/robust_training.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/trainer/model/baselines/golden.h"
#include "trainer/model/baselines/gaussian_rows.h"

namespace missmodal::trainer {
namespace {

TEST(RobustTraining, MeetsRowsByTheRule) {
  testing::Golden golden("rt", {});
  const torch::Tensor vector = golden.tensor("input.vector").requires_grad_();
  const torch::Tensor sequence = golden.tensor("input.sequence").requires_grad_();
  const torch::Tensor noise = golden.tensor("input.noise");
  const RaggedBatch rows = testing::all_steps(sequence);
  const auto factors = [&](const std::vector<std::int64_t>& missing, const std::vector<std::int64_t>& noisy) {
    torch::Tensor values = torch::ones({vector.size(0)});
    for (const std::int64_t row : missing) values[row] = 0;
    for (const std::int64_t row : noisy) values[row] = noise[row];
    return values;
  };
  torch::Tensor total = torch::zeros({});
  const auto expect = [&](const std::string& kind, const torch::Tensor& values) {
    const torch::Tensor one = times_utterance(vector, values);
    const torch::Tensor other = times_utterance(rows.rows, rows.layout, values).view(sequence.sizes());
    golden.expect("output." + kind + "_vector", one);
    golden.expect("output." + kind + "_sequence", other);
    if (kind != "hybrid") return;
    total = (one * golden.tensor("input.probe_vector")).sum() +
            (other * golden.tensor("input.probe_sequence")).sum();
  };
  expect("missing", factors(golden.whole("input.rows_missing"), {}));
  expect("noise", factors({}, golden.whole("input.rows_noise")));
  expect("hybrid",
         factors(golden.whole("input.hybrid_rows_missing"), golden.whole("input.hybrid_rows_noise")));
  golden.expect("loss.total", total);
  total.backward();
  golden.expect("input_grad.vector", vector.grad());
  golden.expect("input_grad.sequence", sequence.grad());
  const torch::Tensor untouched = robust_factors({}, 1, 2, vector.size(0));
  golden.expect("eval.vector", times_utterance(vector, untouched));
  golden.expect("eval.sequence", times_utterance(rows.rows, rows.layout, untouched).view(sequence.sizes()));
  const auto sizes = golden.whole("input.batch_sizes");
  const auto fifteen = golden.whole("output.count_15"), thirty = golden.whole("output.count_30");
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    EXPECT_EQ(utterances_met(sizes[i], 0.15), fifteen[i]) << sizes[i];
    EXPECT_EQ(utterances_met(sizes[i], 0.30), thirty[i]) << sizes[i];
  }
  golden.expect_nothing_left();
}

TEST(RobustTraining, MeetsAsManyAsItSaysAndAllInTheLongRun) {
  torch::Tensor missed = torch::zeros({20}), heard = torch::zeros({20});
  constexpr int kSteps = 400;
  for (int step = 0; step < kSteps; ++step) {
    const torch::Tensor factors = robust_factors({.missing = 0.15, .noise = 0.2}, 7, step, 20);
    EXPECT_EQ((factors == 0).sum().item<std::int64_t>(), 3);
    EXPECT_EQ(((factors != 0) & (factors != 1)).sum().item<std::int64_t>(), 4);
    missed += (factors == 0);
    heard += factors == 1;
  }
  // 5 standard deviations of a binomial count.
  EXPECT_LT((missed - 0.15 * kSteps).abs().max().item<double>(), 5 * std::sqrt(kSteps * 0.15 * 0.85));
  EXPECT_LT((heard - 0.65 * kSteps).abs().max().item<double>(), 5 * std::sqrt(kSteps * 0.65 * 0.35));
}

TEST(RobustTraining, IsAFunctionOfSeedAndStep) {
  const RobustTraining hybrid{.missing = 0.15, .noise = 0.15};
  const torch::Tensor one = robust_factors(hybrid, 1, 2, 32);
  EXPECT_TRUE(one.equal(robust_factors(hybrid, 1, 2, 32)));
  EXPECT_FALSE(one.equal(robust_factors(hybrid, 2, 2, 32)));
  EXPECT_FALSE(one.equal(robust_factors(hybrid, 1, 3, 32)));
}

TEST(GaussianRows, AreNormalAndOfTheirPlaceAlone) {
  const torch::Tensor rows = gaussian_rows({3, 4, 5}, 500, 41);
  EXPECT_NEAR(rows.mean().item<double>(), 0, 5 / std::sqrt(500 * 41.0));
  EXPECT_NEAR(rows.square().mean().item<double>(), 1, 5 * std::sqrt(2 / (500 * 41.0)));
  EXPECT_TRUE(rows.narrow(0, 0, 9).equal(gaussian_rows({3, 4, 5}, 9, 41)));
  EXPECT_TRUE(rows.narrow(1, 0, 3).equal(gaussian_rows({3, 4, 5}, 500, 3)));
  EXPECT_FALSE(rows.equal(gaussian_rows({3, 4, 6}, 500, 41)));
}

}  // namespace
}  // namespace missmodal::trainer
