// MCTN against the toolkit's numbers where it is the same method, which is from text to prediction; and
// against our own Python (scripts/make_baseline_golden.py) with its translations.

#include "trainer/model/baselines/mctn.h"

#include <gtest/gtest.h>

#include <memory>

#include "sweeps/key.h"
#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/paths.h"
#include "trainer/model/registry.h"

namespace missmodal::trainer {
namespace {

using testing::all_steps;
using testing::Golden;

class MctnOnPaths : public ::testing::TestWithParam<testing::Path> {
 protected:
  void SetUp() override {
    if (testing::is_missing(GetParam())) GTEST_SKIP() << "LibTorch sees no GPU";
  }
  static std::shared_ptr<Mctn> make(int hidden, const Widths& widths) {
    return std::dynamic_pointer_cast<Mctn>(make_model(sweeps::configured({{"model.name", "mctn"},
                                                                          {"model.mctn.steps", 6},
                                                                          {"model.mctn.hidden", hidden},
                                                                          {"model.mctn.cycle_weight", 0.2},
                                                                          {"model.mctn.second_weight", 0.3}}),
                                                      widths));
  }
  testing::Along along_{GetParam()};
};

TEST_P(MctnOnPaths, PredictsAsTheToolkit) {
  Golden golden("mctn", {{"encoder1.rnn.", "encoder1."},
                         {"encoder2.rnn.", "encoder2."},
                         {"regression.rnn.", "regression.lstm."},
                         {"regression.linear.", "regression.attend."},
                         {"regression.linear2.", "regression.out."}});
  golden.explain("fc.weight", "of the toolkit's decoder, which is another");
  golden.explain("input.lengths", "the network reads padding as frames");
  const auto model = make(6, {10, 4, 3});
  {
    const torch::NoGradGuard no_grad;
    golden.load_into(*model, {"encoder1.", "encoder2.", "regression."});
  }
  const RaggedBatch text = all_steps(golden.tensor("input.text"));
  text.rows.requires_grad_();
  const Batch batch = testing::whole_batch(text, all_steps(torch::zeros({5, 6, 4})),
                                           all_steps(torch::zeros({5, 6, 3})), golden.tensor("input.labels"));
  const Mctn::Encodings encodings = model->encode(batch);
  golden.expect("output.encoding1", encodings.first);
  golden.expect("output.encoding2", encodings.second);
  const Context context{1, 0, 1, Group()};
  const Output output = model->forward(batch, context);
  const torch::Tensor error = (output.predictions[0] - batch.labels).abs().mean();
  error.backward();
  golden.expect("output.M", output.predictions[0]);
  golden.expect("loss.l1", error);
  golden.expect("loss.l1", model->loss(output, batch, context).shares[1].second);
  golden.expect("loss.total", error);
  golden.expect_gradients(*model);
  golden.expect("input_grad.text", text.rows.grad().view({5, 6, 10}));
  const torch::NoGradGuard no_grad;
  golden.expect("eval.M", model->predict_complete(batch));
  golden.expect_nothing_left();
}

TEST_P(MctnOnPaths, TranslatesAsOurReference) {
  Golden golden("mctn_translations", {});
  const auto model = make(4, {5, 4, 7});
  golden.load(*model);
  const Batch batch =
      testing::whole_batch(all_steps(golden.tensor("input.text")), all_steps(golden.tensor("input.audio")),
                           all_steps(golden.tensor("input.vision")), golden.tensor("input.labels"));
  const Context context{1, 0, 1, Group()};
  const Output output = model->forward(batch, context);
  golden.expect("output.M", output.predictions[0]);
  for (const auto& [name, translated] : output.others) golden.expect("output." + name, translated);
  const Losses losses = model->loss(output, batch, context);
  for (const auto& [name, loss] : losses.shares) golden.expect("loss." + name, loss);
  losses.total.backward();
  golden.expect_gradients(*model);
  golden.expect_nothing_left();
}

// Text alone predicts, whatever else is there.
TEST_P(MctnOnPaths, NeedsNothingButText) {
  const torch::NoGradGuard no_grad;
  const auto model = make(4, {5, 4, 7});
  const Batch batch =
      testing::whole_batch(all_steps(torch::randn({3, 4, 5})), all_steps(torch::randn({3, 2, 4})),
                           all_steps(torch::randn({3, 9, 7})), torch::zeros({3}));
  const torch::Tensor rows = model->predict(batch);
  for (const Subset subset : kSubsets) {
    const Subset same = has(subset, Modality::text) ? Subset::TAV : Subset::A;
    EXPECT_TRUE(torch::equal(rows[row(subset)], rows[row(same)]));
  }
  EXPECT_FALSE(torch::equal(rows[row(Subset::T)], rows[row(Subset::A)]));
}

// The regulariser of the last layer is a decay of its own: twice l2, coupled.
TEST_P(MctnOnPaths, TheLastLayerDecays) {
  sweeps::TrainingConfiguration training;
  training.weight_decay = 0.25;
  const auto plans = make(4, {5, 4, 7})->optimizers(training);
  ASSERT_EQ(plans.size(), 1U);
  ASSERT_EQ(plans[0].groups.size(), 2U);
  EXPECT_EQ(plans[0].groups[0].weight_decay, 0.25);
  EXPECT_EQ(plans[0].groups[1].weight_decay, 0.27);
  EXPECT_EQ(plans[0].groups[1].parameters, std::vector<std::string>{"regression.out.weight"});
}

INSTANTIATE_TEST_SUITE_P(Paths, MctnOnPaths, ::testing::ValuesIn(testing::kPaths),
                         [](const auto& parameter) { return testing::name(parameter.param); });

}  // namespace
}  // namespace missmodal::trainer
