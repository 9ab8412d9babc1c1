#include "trainer/model/baselines/mfn.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/trainer/model/baselines/aligned_inputs.h"
#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/baselines/halves.h"
#include "trainer/model/baselines/loss_sum.h"
#include "trainer/model/losses.h"

namespace missmodal::trainer {
namespace {

constexpr MfnSizes kMfnSizes{.features = {10, 4, 3},
                             .hidden = {8, 6, 7},
                             .memory = 9,
                             .attention = {6},
                             .proposal = {7},
                             .gates = {{{8}, {10}}},
                             .out = {11}};

Losses losses_of(Mfn& network, const Batch& batch, const Context& context) {
  const DropoutStream dropout({context.seed, context.step, batch.first_sample}, torch::kCPU);
  LossSum sum(context.group);
  sum.add_share("task", prediction_loss(network.forward(align(batch), dropout).predictions, batch.labels,
                                        batch.global_size));
  return sum.losses();
}

TEST(Mfn, ComputesWhatTheToolkitDoes) {
  testing::Golden golden("mfn", {{"gamma", "encoder.memory.gamma"}, {"out_", "out_"}, {"", "encoder."}});
  golden.explain("input.lengths", "its loop runs over padding");
  Mfn network(kMfnSizes);
  golden.load(network);
  const testing::AlignedInputs inputs = testing::aligned_inputs(golden);
  const torch::Tensor labels = golden.tensor("input.labels");

  const MfnOutput output = network.forward(inputs.rows, DropoutStream());
  golden.expect("output.L", output.state);
  golden.expect("output.M", output.predictions);
  const torch::Tensor loss = prediction_loss(output.predictions, labels, labels.size(0));
  golden.expect("loss.l1", loss);
  golden.expect("loss.total", loss);
  loss.backward();
  golden.expect_gradients(network);
  testing::expect_input_gradients(golden, inputs);
  const torch::NoGradGuard no_grad;
  golden.expect("eval.M", network.forward(inputs.rows, DropoutStream()).predictions);
  golden.expect_nothing_left();
}

TEST(Mfn, SharesOfABatchAddUp) {
  MfnSizes sizes = kMfnSizes;
  sizes.features = {7, 3, 5};
  for (HiddenLayer* layer : {&sizes.attention, &sizes.proposal, &sizes.gates[0], &sizes.gates[1], &sizes.out})
    layer->dropout = 0.3;
  const Batch batch = testing::random_batch({{{3, 1, 5, 2}, {3, 1, 4, 2}, {2, 2, 5, 1}}});
  testing::expect_shares_add_up(batch, [&] {
    const auto network = std::make_shared<Mfn>(sizes);
    initialize_parts(*network, 1);
    return testing::Shared{network, [network](const Batch& own, const Context& context) {
                             return losses_of(*network, own, context);
                           }};
  });
}

}  // namespace
}  // namespace missmodal::trainer
