// What make_model() does to a model beside building it.

#include "trainer/model/model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>

#include "tests/trainer/model/paths.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/optimizer.h"

namespace missmodal::trainer {
namespace {

bool is_bert(const std::string& parameter) {
  return parameter.starts_with("text.bert.");
}

const testing::Lengths kFourLengths{{{3, 1, 5, 2}, {2, 4, 1, 3}, {6, 1, 2, 4}}};

// A pretrained text encoder at learning rate 0.
class FrozenText : public ::testing::TestWithParam<testing::Path> {
 protected:
  FrozenText() {
    folder_.write("config.json", testing::kTinyBert);
    configuration_.model.text_weights = folder_.path().string();
    configuration_.training.text_learning_rate = 0;
    configuration_.training.clip_norm = 0.1;
  }

  std::shared_ptr<Model> make() const { return make_model(configuration_, testing::kTinyWidths); }

  testing::Along along_{GetParam()};
  testing::TemporaryFolder folder_;
  sweeps::Configuration configuration_ = testing::tiny_configuration(sweeps::TextEncoder::bert);
  Batch batch_ = testing::random_batch(kFourLengths);
};

TEST_P(FrozenText, HasNoGradientAndNoPartInTheNorm) {
  const auto model = make();
  std::map<std::string, torch::Tensor> before;
  for (const auto& item : model->named_parameters()) {
    before[item.key()] = item.value().detach().clone();
    EXPECT_EQ(item.value().requires_grad(), !is_bert(item.key())) << item.key();
  }
  Optimizer optimizer(*model, model->optimizers(configuration_.training).front());
  for (int step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    testing::losses(*model, batch_, {1111, step, 0}).total.backward();
    double squares = 0;
    for (const auto& item : model->named_parameters()) {
      EXPECT_EQ(item.value().grad().defined(), !is_bert(item.key())) << item.key();
      if (item.value().grad().defined()) squares += item.value().grad().square().sum().item<double>();
    }
    EXPECT_NEAR(optimizer.step().norm.item<double>(), std::sqrt(squares), 1e-5 * std::sqrt(squares));
  }
  for (const auto& item : model->named_parameters()) {
    EXPECT_EQ(torch::equal(item.value(), before[item.key()]), is_bert(item.key())) << item.key();
  }
}

// Its dropout follows the training as any other layer's does, and as frozen modules' does in torch.nn.
TEST_P(FrozenText, KeepsItsDropout) {
  const auto model = make();
  const auto loss = [&](std::int64_t step) {
    return testing::losses(*model, batch_, {1111, step, 0}).total.item<double>();
  };
  EXPECT_EQ(loss(0), loss(0));
  EXPECT_NE(loss(0), loss(1));
}

TEST_P(FrozenText, IsAMatterOfTheLearningRateAlone) {
  configuration_.training.text_learning_rate = 1e-5;
  for (const auto& item : make()->named_parameters()) EXPECT_TRUE(item.value().requires_grad()) << item.key();
}

INSTANTIATE_TEST_SUITE_P(Paths, FrozenText, ::testing::ValuesIn(testing::kPaths),
                         [](const auto& parameter) { return testing::name(parameter.param); });

}  // namespace
}  // namespace missmodal::trainer
