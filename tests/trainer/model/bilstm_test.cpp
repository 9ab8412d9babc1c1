#include "trainer/model/bilstm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/trainer/model/tiny_model.h"
#include "trainer/model/vectorized.h"

namespace missmodal::trainer {
namespace {

std::vector<torch::Tensor> random_parameters(std::int64_t width, std::int64_t hidden) {
  std::vector<torch::Tensor> parameters;
  for (int direction = 0; direction < 2; ++direction) {
    for (const std::vector<std::int64_t>& shape : std::vector<std::vector<std::int64_t>>{
             {4 * hidden, width}, {4 * hidden, hidden}, {4 * hidden}, {4 * hidden}}) {
      parameters.push_back((torch::rand(shape) - 0.5).requires_grad_());
    }
  }
  return parameters;
}

// States and every gradient, for a loss that weighs each state differently.
std::vector<torch::Tensor> run(decltype(&bilstm) implementation, const torch::Tensor& x,
                               const RaggedLayout& layout, const std::vector<torch::Tensor>& parameters) {
  const torch::Tensor states = implementation(x, layout, parameters);
  (states * torch::linspace(-1, 1, states.numel()).view(states.sizes())).sum().backward();
  std::vector<torch::Tensor> results{states.detach()};
  for (const torch::Tensor& parameter : parameters) {
    results.push_back(parameter.grad());
    parameter.mutable_grad() = torch::Tensor();
  }
  return results;
}

TEST(BiLstm, OurLoopEqualsTheLibrarys) {
  torch::manual_seed(1);
  for (const std::vector<std::int64_t>& lengths :
       std::vector<std::vector<std::int64_t>>{{3, 1, 7, 2}, {1}, {1, 1}, {5, 5}, {40, 2}}) {
    for (const std::int64_t hidden : {1, 5, 64}) {
      const RaggedLayout layout(lengths, torch::kCPU);
      const torch::Tensor x = torch::randn({layout.rows(), 6});
      const auto parameters = random_parameters(6, hidden);
      const auto ours = run(bilstm_loop, x, layout, parameters);
      const auto theirs = run(bilstm_packed, x, layout, parameters);
      for (std::size_t i = 0; i < ours.size(); ++i) {
        EXPECT_TRUE(torch::allclose(ours[i], theirs[i], 1e-4, 2e-5))
            << "hidden " << hidden << ", tensor " << i << ": "
            << testing::largest_difference(ours[i], theirs[i]);
      }
    }
  }
}

TEST(Vectorized, ExpStaysWithinTwoUnitsInTheLastPlace) {
  for (float x = -87; x <= 87; x += 0.0137F) {
    EXPECT_NEAR(fast_exp(x) / std::exp(static_cast<double>(x)), 1, 2.4e-7) << x;
  }
  EXPECT_EQ(fast_exp(0), 1);
  EXPECT_EQ(fast_exp(-1000), fast_exp(-87));
  EXPECT_NEAR(fast_tanh(50), 1, 1e-7);
  EXPECT_NEAR(fast_tanh(-50), -1, 1e-7);
}

TEST(Vectorized, NotANumberStaysOne) {
  EXPECT_TRUE(std::isnan(fast_sigmoid(std::nanf(""))));
  EXPECT_TRUE(std::isnan(fast_tanh(std::nanf(""))));
}

}  // namespace
}  // namespace missmodal::trainer
