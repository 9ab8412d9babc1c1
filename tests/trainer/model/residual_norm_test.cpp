#include "trainer/model/residual_norm.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/trainer/model/tiny_model.h"

namespace missmodal::trainer {
namespace {

constexpr DropoutLayer kLayer{1, 2, 3};
const std::vector<std::int64_t> kLengths{3, 1, 5};

void expect_near(const std::vector<torch::Tensor>& ours, const std::vector<torch::Tensor>& theirs) {
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_TRUE(torch::allclose(ours[i], theirs[i], 1e-4, 5e-6))
        << "tensor " << i << ": " << testing::largest_difference(ours[i], theirs[i]);
  }
}

TEST(ResidualNorm, EqualsItsParts) {
  torch::manual_seed(1);
  const RaggedLayout layout(kLengths, torch::kCPU);
  for (const std::int64_t width : {8, 19, 128}) {
    for (const double probability : {0.0, 0.4}) {
      const DropoutStream stream({1111, 3, 5}, torch::kCPU);
      const DropoutSite site{stream, layout, Rows::all, kLayer, probability};
      const std::vector<torch::Tensor> inputs{torch::randn({9, width}), torch::randn({9, width}),
                                              torch::rand({width}), torch::rand({width})};
      const auto run = [&](bool fused) {
        std::vector<torch::Tensor> in;
        for (const torch::Tensor& input : inputs) in.push_back(input.clone().requires_grad_());
        const torch::Tensor out =
            fused ? residual_norm(in[0], in[1], site, {in[2], in[3]}, 1e-5)
                  : torch::layer_norm(in[0] + stream.apply(in[1], layout, Rows::all, kLayer, probability),
                                      {width}, in[2], in[3], 1e-5);
        (out * torch::linspace(-1, 1, out.numel()).view(out.sizes())).sum().backward();
        std::vector<torch::Tensor> results{out.detach()};
        for (const torch::Tensor& input : in) results.push_back(input.grad());
        return results;
      };
      expect_near(run(true), run(false));
    }
  }
}

TEST(ReluDropout, EqualsItsParts) {
  torch::manual_seed(1);
  const RaggedLayout layout(kLengths, torch::kCPU);
  for (const double probability : {0.0, 0.4}) {
    const DropoutStream stream({1111, 3, 5}, torch::kCPU);
    const torch::Tensor input = torch::randn({9, 19});
    const auto run = [&](bool fused) {
      const torch::Tensor in = input.clone().requires_grad_();
      const torch::Tensor out = fused ? relu_dropout(in, {stream, layout, Rows::all, kLayer, probability})
                                      : stream.apply(in.relu(), layout, Rows::all, kLayer, probability);
      (out * torch::linspace(-1, 1, out.numel()).view(out.sizes())).sum().backward();
      return std::vector<torch::Tensor>{out.detach(), in.grad()};
    };
    expect_near(run(true), run(false));
  }
}

TEST(ReluDropout, LetsNotANumberThrough) {
  const RaggedLayout layout({1}, torch::kCPU);
  const DropoutStream off;
  const torch::Tensor out =
      relu_dropout(torch::full({1, 3}, std::nanf("")), {off, layout, Rows::all, kLayer, 0});
  EXPECT_TRUE(out.isnan().all().item<bool>());
}

}  // namespace
}  // namespace missmodal::trainer
