// CTFN against our own Python (scripts/make_baseline_golden.py): no public code has three modalities.

#include "trainer/model/baselines/ctfn.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "sweeps/key.h"
#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/paths.h"
#include "trainer/model/registry.h"

namespace missmodal::trainer {
namespace {

using testing::all_steps;

class CtfnOnPaths : public ::testing::TestWithParam<testing::Path> {
 protected:
  void SetUp() override {
    if (testing::is_missing(GetParam())) GTEST_SKIP() << "LibTorch sees no GPU";
  }
  testing::Along along_{GetParam()};
};

TEST_P(CtfnOnPaths, EveryTensorIsThatOfOurReference) {
  testing::Golden golden("ctfn", {});
  const auto model =
      std::dynamic_pointer_cast<Ctfn>(make_model(sweeps::configured({{"model.name", "ctfn"},
                                                                     {"model.ctfn.steps", 6},
                                                                     {"model.ctfn.width", 8},
                                                                     {"model.ctfn.heads", 2},
                                                                     {"model.ctfn.layers", 2},
                                                                     {"model.ctfn.feed_forward", 6},
                                                                     {"model.ctfn.hidden", 5},
                                                                     {"model.ctfn.dropout", 0.0}}),
                                                 {5, 4, 7}));
  golden.load(*model);
  const Batch batch =
      testing::whole_batch(all_steps(golden.tensor("input.text")), all_steps(golden.tensor("input.audio")),
                           all_steps(golden.tensor("input.vision")), golden.tensor("input.labels"));
  for (int stage = 0; stage < 3; ++stage) {
    model->zero_grad(/*set_to_none=*/true);
    Context context{1, stage, 1, Group()};
    context.stage = stage;
    const Output output = model->forward(batch, context);
    const Losses losses = model->loss(output, batch, context);
    losses.total.backward();
    const std::string number = std::to_string(stage);
    golden.expect("loss.stage" + number, losses.total);
    golden.expect_gradients(*model, "grad_stage" + number + ".");
    if (stage == 2) golden.expect("output.M", output.predictions[0]);
  }
  const torch::NoGradGuard no_grad;
  golden.expect("eval.subsets", model->predict(batch));
  golden.expect_nothing_left();
}

INSTANTIATE_TEST_SUITE_P(Paths, CtfnOnPaths, ::testing::ValuesIn(testing::kPaths),
                         [](const auto& parameter) { return testing::name(parameter.param); });

}  // namespace
}  // namespace missmodal::trainer
