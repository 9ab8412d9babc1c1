#include "trainer/model/baselines/graph_mfn.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/trainer/model/baselines/aligned_inputs.h"
#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/baselines/halves.h"
#include "trainer/model/baselines/loss_sum.h"
#include "trainer/model/losses.h"

namespace missmodal::trainer {
namespace {

constexpr GraphMfnSizes kGraphMfnSizes{.features = {10, 4, 3},
                                       .hidden = {8, 6, 7},
                                       .memory = 9,
                                       .node = 6,
                                       .proposal = {7},
                                       .gates = {{{8}, {10}}},
                                       .out = {11}};

Losses losses_of(GraphMfn& network, const Batch& batch, const Context& context) {
  const DropoutStream dropout({context.seed, context.step, batch.first_sample}, torch::kCPU);
  LossSum sum(context.group);
  sum.add_share("task", prediction_loss(network.forward(align(batch), dropout).predictions, batch.labels,
                                        batch.global_size));
  return sum.losses();
}

testing::ParameterNames graph_mfn_names() {
  testing::ParameterNames names{{"gamma", "memory.gamma"}};
  for (const std::string lstm : {"lstm_l.", "lstm_a.", "lstm_v."}) {
    for (const std::string parameter : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
      names.emplace_back(lstm + parameter, lstm + parameter + "_l0");
  }
  return names;
}

TEST(GraphMfn, ComputesWhatTheToolkitDoes) {
  testing::Golden golden("graph_mfn", graph_mfn_names());
  golden.explain("input.lengths", "its loop runs over padding");
  GraphMfn network(kGraphMfnSizes);
  golden.load(network);
  const testing::AlignedInputs inputs = testing::aligned_inputs(golden);
  const torch::Tensor labels = golden.tensor("input.labels");

  const GraphMfnOutput output = network.forward(inputs.rows, DropoutStream());
  // By step, then utterance, there.
  golden.expect("output.efficacies", output.efficacies.view({5, 6, 19}).transpose(0, 1));
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

TEST(GraphMfn, SharesOfABatchAddUp) {
  GraphMfnSizes sizes = kGraphMfnSizes;
  sizes.features = {7, 3, 5};
  for (HiddenLayer* layer : {&sizes.proposal, &sizes.gates[0], &sizes.gates[1], &sizes.out})
    layer->dropout = 0.3;
  const Batch batch = testing::random_batch({{{3, 1, 5, 2}, {3, 1, 4, 2}, {2, 2, 5, 1}}});
  testing::expect_shares_add_up(batch, [&] {
    const auto network = std::make_shared<GraphMfn>(sizes);
    initialize_parts(*network, 1);
    return testing::Shared{network, [network](const Batch& own, const Context& context) {
                             return losses_of(*network, own, context);
                           }};
  });
}

}  // namespace
}  // namespace missmodal::trainer
