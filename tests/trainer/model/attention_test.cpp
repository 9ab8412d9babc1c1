#include "trainer/model/attention.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/trainer/model/tiny_model.h"

namespace missmodal::trainer {
namespace {

struct Case {
  std::vector<std::int64_t> lengths;
  Rows rows;
  std::int64_t width;
  int heads;
  double dropout;
};

// The mixture and the three gradients, query, key and value being parts of one tensor as in_proj leaves them.
std::vector<torch::Tensor> run(decltype(&attend) implementation, const torch::Tensor& stacked,
                               const Case& test) {
  const RaggedLayout layout(test.lengths, torch::kCPU);
  const torch::Tensor in = stacked.clone().requires_grad_();
  const auto parts = in.split(test.width, 1);
  const AttentionInput input{layout.select(parts[0], test.rows), parts[1], parts[2]};
  const torch::Tensor out = implementation(input, layout, {test.heads, test.rows, {1, 2, 0}, test.dropout},
                                           DropoutStream({1111, 3, 5}, torch::kCPU));
  (out * torch::linspace(-1, 1, out.numel()).view(out.sizes())).sum().backward();
  return {out.detach(), in.grad()};
}

TEST(Attention, RaggedEqualsPadded) {
  torch::manual_seed(1);
  for (const Case& test : std::vector<Case>{{{3, 1, 7, 2}, Rows::all, 8, 2, 0},
                                            {{3, 1, 7, 2}, Rows::last, 8, 2, 0},
                                            {{3, 1, 7, 2}, Rows::first, 8, 2, 0.4},
                                            {{17, 50, 1, 16, 33}, Rows::all, 128, 4, 0.4},
                                            {{17, 50, 1, 16, 33}, Rows::last, 128, 4, 0.4},
                                            {{130, 5}, Rows::all, 6, 3, 0.4},
                                            {{1}, Rows::all, 3, 1, 0}}) {
    std::int64_t rows = 0;
    for (const std::int64_t length : test.lengths) rows += length;
    const torch::Tensor stacked = torch::randn({rows, 3 * test.width});
    const auto ragged = run(attend_ragged, stacked, test);
    const auto padded = run(attend_padded, stacked, test);
    for (std::size_t i = 0; i < ragged.size(); ++i) {
      EXPECT_TRUE(torch::allclose(ragged[i], padded[i], 1e-4, 5e-6))
          << "width " << test.width << ", rows " << static_cast<int>(test.rows) << ", tensor " << i << ": "
          << testing::largest_difference(ragged[i], padded[i]);
    }
  }
}

TEST(Attention, HugeScoresStayFinite) {
  const Case test{{5, 3}, Rows::all, 8, 2, 0};
  for (const torch::Tensor& result : run(attend_ragged, torch::randn({8, 24}) * 1e4, test)) {
    EXPECT_TRUE(torch::isfinite(result).all().item<bool>());
  }
}

}  // namespace
}  // namespace missmodal::trainer
