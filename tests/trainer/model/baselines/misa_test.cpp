#include "trainer/model/baselines/misa.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/baselines/halves.h"
#include "tests/trainer/model/baselines/unaligned_inputs.h"
#include "trainer/model/baselines/frames.h"

namespace missmodal::trainer {
namespace {

constexpr MisaSizes kMisaSizes{.features = {10, 4, 3}, .hidden = 8};

MisaOutput misa_forward(Misa& network, const std::array<RaggedBatch, 3>& sequences,
                        const DropoutStream& dropout) {
  return network.forward({mean_frame(sequences[0]), network.utterance(Modality::audio, sequences[1]),
                          network.utterance(Modality::vision, sequences[2])},
                         dropout);
}

TEST(Misa, ComputesWhatTheToolkitDoes) {
  testing::Golden golden("misa", {});
  golden.explain("param.sp_discriminator.", "a side classifier that nothing is computed from");
  golden.explain("param.tlayer_norm.", "text has no recurrence");
  golden.explain("input.text_mask", "says what input.text_lengths says");
  Misa network(kMisaSizes);
  golden.load(network);
  const testing::UnalignedInputs inputs = testing::unaligned_inputs(golden);

  const MisaOutput output = misa_forward(network, inputs.sequences, DropoutStream());
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string letter = std::string("tav").substr(i, 1);
    golden.expect("output.utterance_" + letter, output.utterances[i]);
    golden.expect("output.utt_" + letter + "_orig", output.projections[i]);
    golden.expect("output.utt_private_" + letter, output.privates[i]);
    golden.expect("output.utt_shared_" + letter, output.shared[i]);
    golden.expect("output.utt_" + letter + "_recon", output.reconstructions[i]);
  }
  golden.expect("output.tokens", output.tokens.transpose(0, 1));  // by token, then utterance, there
  golden.expect("output.fused", output.fused);
  golden.expect("output.M", output.predictions);
  const Losses losses = misa_losses(output, inputs.batch, {}, Group());
  auto terms = testing::by_name(losses);
  golden.expect("loss.mse", terms["task"]);
  golden.expect("loss.diff", terms["diff"]);
  golden.expect("loss.cmd", terms["cmd"]);
  golden.expect("loss.recon", terms["recon"]);
  golden.expect("loss.total", terms["total"]);
  losses.total.backward();
  golden.expect_gradients(network);
  testing::expect_input_gradients(golden, inputs);
  const torch::NoGradGuard no_grad;
  golden.expect("eval.M", misa_forward(network, inputs.sequences, DropoutStream()).predictions);
  golden.expect_nothing_left();
}

TEST(Misa, SharesOfABatchAddUp) {
  const MisaSizes sizes{
      .features = {7, 3, 5}, .hidden = 8, .feed_forward = 16, .dropout = 0.3, .transformer_dropout = 0.2};
  const Batch batch = testing::random_batch({{{3, 1, 5, 2}, {3, 4, 1, 2}, {2, 2, 6, 1}}});
  testing::expect_shares_add_up(batch, [&] {
    const auto network = std::make_shared<Misa>(sizes);
    initialize_parts(*network, 1);
    const auto losses = [network](const Batch& own, const Context& context) {
      const DropoutStream dropout({context.seed, context.step, own.first_sample}, torch::kCPU);
      return misa_losses(misa_forward(*network, own.sequences, dropout), own, {}, context.group);
    };
    return testing::Shared{network, losses};
  });
}

TEST(CentralMomentDiscrepancy, OfEqualRowsIsZeroWithZeroGradient) {
  const torch::Tensor rows = torch::tensor({{1.0, 2.0}, {0.5, -1.0}}).requires_grad_();
  const torch::Tensor distance = central_moment_discrepancy(rows, rows.detach().flip(0));
  distance.backward();
  EXPECT_EQ(distance.item<double>(), 0);
  EXPECT_EQ(rows.grad().abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace missmodal::trainer
