#include "trainer/model/baselines/ef_lstm.h"

#include <gtest/gtest.h>

#include <memory>

#include "sweeps/key.h"
#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/paths.h"
#include "trainer/model/registry.h"

namespace missmodal::trainer {
namespace {

using testing::all_steps;

class EfLstmOnPaths : public ::testing::TestWithParam<testing::Path> {
 protected:
  void SetUp() override {
    if (testing::is_missing(GetParam())) GTEST_SKIP() << "LibTorch sees no GPU";
  }
  static std::shared_ptr<EfLstm> make(int steps) {
    return std::dynamic_pointer_cast<EfLstm>(make_model(sweeps::configured({{"model.name", "ef_lstm"},
                                                                            {"model.ef_lstm.steps", steps},
                                                                            {"model.ef_lstm.hidden", 8},
                                                                            {"model.ef_lstm.layers", 2},
                                                                            {"model.ef_lstm.dropout", 0.0}}),
                                                        {10, 4, 3}));
  }
  testing::Along along_{GetParam()};
};

TEST_P(EfLstmOnPaths, EveryTensorIsTheGoldenOne) {
  testing::Golden golden("ef_lstm", {{"linear.", "post.0."}, {"out.", "post.1."}});
  golden.explain("num_batches_tracked", "a counter that a fixed momentum does not ask for");
  golden.explain("input.lengths", "the network reads padding as frames");
  const auto model = make(6);
  golden.load(*model);
  Batch batch =
      testing::whole_batch(all_steps(golden.tensor("input.text")), all_steps(golden.tensor("input.audio")),
                           all_steps(golden.tensor("input.vision")), golden.tensor("input.labels"));
  for (RaggedBatch& modality : batch.sequences) modality.rows.requires_grad_();
  const Context context{1, 0, 1, Group()};
  const Output output = model->forward(batch, context);
  const Losses losses = model->loss(output, batch, context);
  losses.total.backward();
  golden.expect("output.M", output.predictions[0]);
  golden.expect("loss.total", losses.total);
  golden.expect("loss.l1", losses.shares[1].second);
  golden.expect_gradients(*model);
  golden.expect_buffers(*model);
  golden.expect("input_grad.text", batch.sequences[0].rows.grad().view({5, 6, 10}));
  golden.expect("input_grad.audio", batch.sequences[1].rows.grad().view({5, 6, 4}));
  golden.expect("input_grad.vision", batch.sequences[2].rows.grad().view({5, 6, 3}));

  golden.load(*model);
  const torch::NoGradGuard no_grad;
  const Walk walk = training_walk(batch, context);
  const torch::Tensor steps = model->normalized(batch, walk);
  golden.expect("output.normalised", steps);
  golden.expect("output.final_hidden", model->final_state(steps, walk));
  golden.load(*model);
  golden.expect("eval.M", model->predict_complete(batch));
  golden.expect_nothing_left();
}

INSTANTIATE_TEST_SUITE_P(Paths, EfLstmOnPaths, ::testing::ValuesIn(testing::kPaths),
                         [](const auto& parameter) { return testing::name(parameter.param); });

}  // namespace
}  // namespace missmodal::trainer
