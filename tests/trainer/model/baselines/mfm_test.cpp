#include "trainer/model/baselines/mfm.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "tests/trainer/model/baselines/aligned_inputs.h"
#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/baselines/halves.h"

namespace missmodal::trainer {
namespace {

constexpr MfmSizes kMfmSizes{.mfn = {.features = {10, 4, 3},
                                     .hidden = {8, 6, 7},
                                     .memory = 9,
                                     .attention = {6},
                                     .proposal = {7},
                                     .gates = {{{8}, {10}}},
                                     .out = {}},
                             .codes = {6, 7, 9, 8},
                             .factors = {5, 4, 7, 6}};
constexpr MfmWeights kMfmWeights{.reconstruction = {0.5, 0.01, 0.7}, .discrepancy = 10};
constexpr std::array<const char*, 3> kMfmTestLetters{"l", "a", "v"};

testing::ParameterNames mfm_names() {
  testing::ParameterNames names{{"mfn_encoder.gamma", "mfn_encoder.memory.gamma"}};
  for (const std::string letter : kMfmTestLetters) {
    for (const char* parameter : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"}) {
      names.emplace_back("encoder_" + letter + ".lstm." + parameter,
                         "encoder_" + letter + "_lstm." + parameter + "_l0");
    }
    names.emplace_back("decoder_" + letter + ".lstm.", "decoder_" + letter + "_lstm.");
  }
  return names;
}

TEST(Mfm, ComputesWhatTheToolkitDoes) {
  testing::Golden golden("mfm", mfm_names());
  golden.explain("input.lengths", "its loops run over padding");
  golden.explain("param.mfn_encoder.out_", "the encoder is read before its output layers");
  Mfm network(kMfmSizes);
  golden.load(network);
  const testing::AlignedInputs inputs = testing::aligned_inputs(golden);
  Batch batch;
  batch.labels = golden.tensor("input.labels");
  batch.global_size = batch.size();
  const std::array<torch::Tensor, kMfmCodes> draws{
      golden.tensor("input.noise_zl"), golden.tensor("input.noise_za"), golden.tensor("input.noise_zv"),
      golden.tensor("input.noise_zy")};

  const MfmOutput output = network.forward(inputs.rows, DropoutStream(), Mfm::Decode::yes);
  golden.expect("output.L", output.state);
  golden.expect("output.zy", output.codes[kMfmCommon]);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string letter = kMfmTestLetters[i];
    golden.expect("output.z" + letter, output.codes[i]);
    golden.expect("output.decoder_input_" + letter, output.decoder_inputs[i]);
    // By step, then utterance, there.
    golden.expect("output.recon_" + letter,
                  output.reconstructions[i].view({5, 6, kMfmSizes.mfn.features[i]}).transpose(0, 1));
  }
  golden.expect("output.M", output.predictions);
  const Losses losses = mfm_losses(output, inputs.rows, batch, draws, kMfmWeights, Group());
  std::map<std::string, torch::Tensor> by_name(losses.shares.begin(), losses.shares.end());
  golden.expect("loss.l1", by_name["task"]);
  torch::Tensor discrepancies = torch::zeros({}), reconstructions = torch::zeros({});
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string letter = kMfmTestLetters[i];
    golden.expect("loss.mse_" + letter, by_name["mse_" + letter]);
    reconstructions += by_name["mse_" + letter] * kMfmWeights.reconstruction[i];
  }
  for (const char* name : {"mmd_l", "mmd_a", "mmd_v", "mmd_y"}) {
    golden.expect(std::string("loss.") + name, by_name[name]);
    golden.expect(std::string("output.") + name, by_name[name]);
    discrepancies += by_name[name];
  }
  golden.expect("loss.reconstruction", reconstructions);
  golden.expect("loss.mmd", discrepancies);
  golden.expect("loss.total", losses.total);
  losses.total.backward();
  golden.expect_gradients(network);
  testing::expect_input_gradients(golden, inputs);
  const torch::NoGradGuard no_grad;
  golden.expect("eval.M", network.forward(inputs.rows, DropoutStream(), Mfm::Decode::no).predictions);
  golden.expect_nothing_left();
}

TEST(Mfm, SharesOfABatchAddUp) {
  MfmSizes sizes = kMfmSizes;
  sizes.mfn.features = {7, 3, 5};
  sizes.code_dropout = {0.2, 0.3, 0.4, 0.1};
  sizes.out_dropout = 0.3;
  const Batch batch = testing::random_batch({{{3, 1, 5, 2}, {3, 1, 4, 2}, {2, 2, 5, 1}}});
  testing::expect_shares_add_up(batch, [&] {
    const auto network = std::make_shared<Mfm>(sizes);
    initialize_parts(*network, 1);
    const auto losses = [network, sizes](const Batch& own, const Context& context) {
      const DropoutStream dropout({context.seed, context.step, own.first_sample}, torch::kCPU);
      const AlignedRows aligned = align(own);
      return mfm_losses(network->forward(aligned, dropout, Mfm::Decode::yes), aligned, own,
                        mfm_draws(sizes, context.seed, context.step, own.global_size), kMfmWeights,
                        context.group);
    };
    return testing::Shared{network, losses};
  });
}

}  // namespace
}  // namespace missmodal::trainer
