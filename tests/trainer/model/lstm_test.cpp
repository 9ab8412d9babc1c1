#include "trainer/model/lstm.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/rnn.h>

#include <memory>
#include <vector>

#include "tests/trainer/model/paths.h"
#include "tests/trainer/model/tiny_model.h"

namespace missmodal::trainer {
namespace {

class LstmOnPaths : public ::testing::TestWithParam<testing::Path> {
 protected:
  void SetUp() override {
    if (testing::is_missing(GetParam())) GTEST_SKIP() << "LibTorch sees no GPU";
  }
  testing::Along along_{GetParam()};
};

// Sequence by sequence, so that nothing is padded there either.
TEST_P(LstmOnPaths, IsThatOfTorch) {
  const torch::Device device = testing::device(GetParam());
  torch::manual_seed(1);
  for (const int layers : {1, 3}) {
    auto ours = std::make_shared<Lstm>(3, 5, LstmOptions{layers});
    initialize_parts(*ours, 7);
    ours->to(device);
    torch::nn::LSTM theirs(torch::nn::LSTMOptions(3, 5).num_layers(layers).batch_first(true));
    theirs->to(device);
    {
      const torch::NoGradGuard no_grad;
      auto parameters = theirs->named_parameters();
      for (const auto& item : ours->named_parameters()) {
        ASSERT_EQ(parameters[item.key()].sizes(), item.value().sizes()) << item.key();
        parameters[item.key()].copy_(item.value());
      }
    }
    const RaggedLayout layout({2, 6, 1, 4}, device);
    const torch::Tensor x = torch::randn({layout.rows(), 3}).to(device).requires_grad_();
    const torch::Tensor weights = torch::linspace(-1, 1, 20).view({4, 5}).to(device);
    const torch::Tensor found = ours->last(x, layout, DropoutStream());
    (found * weights).sum().backward();
    const torch::Tensor of_x = x.grad().clone();
    x.mutable_grad() = torch::Tensor();
    std::vector<torch::Tensor> expected;
    for (std::size_t i = 0; i < 4; ++i) {
      const torch::Tensor own = x.slice(0, layout.offsets()[i], layout.offsets()[i + 1]).unsqueeze(0);
      expected.push_back(std::get<0>(theirs->forward(own))[0][-1]);
    }
    (torch::stack(expected) * weights).sum().backward();
    EXPECT_LE(testing::largest_difference(found, torch::stack(expected)), 2e-6);
    EXPECT_LE(testing::largest_difference(of_x, x.grad()), 2e-6);
    for (const auto& item : ours->named_parameters()) {
      EXPECT_LE(
          testing::largest_difference(item.value().grad(), theirs->named_parameters()[item.key()].grad()),
          2e-5)
          << item.key();
    }
  }
}

TEST_P(LstmOnPaths, DropsStatesBetweenLayersAlone) {
  const torch::Device device = testing::device(GetParam());
  const RaggedLayout layout({3, 2}, device);
  const torch::Tensor x = torch::ones({5, 3}, device);
  const DropoutStream dropout({1, 0, 0}, device);
  for (const int layers : {1, 2}) {
    auto lstm = std::make_shared<Lstm>(3, 8, LstmOptions{layers, 0.5});
    initialize_parts(*lstm, 7);
    lstm->to(device);
    const bool same = torch::equal(lstm->last(x, layout, dropout), lstm->last(x, layout, DropoutStream()));
    EXPECT_EQ(same, layers == 1);
  }
}

TEST_P(LstmOnPaths, TakesNoSequences) {
  auto lstm = std::make_shared<Lstm>(3, 8);
  initialize_parts(*lstm, 7);
  EXPECT_EQ(lstm->last(torch::zeros({0, 3}), RaggedLayout(), DropoutStream()).sizes().vec(),
            (std::vector<std::int64_t>{0, 8}));
}

INSTANTIATE_TEST_SUITE_P(Paths, LstmOnPaths, ::testing::ValuesIn(testing::kPaths),
                         [](const auto& parameter) { return testing::name(parameter.param); });

}  // namespace
}  // namespace missmodal::trainer
