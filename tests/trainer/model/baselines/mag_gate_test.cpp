#include "trainer/model/baselines/mag_gate.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/trainer/model/baselines/aligned_inputs.h"
#include "tests/trainer/model/baselines/golden.h"

namespace missmodal::trainer {
namespace {

TEST(MagGate, ComputesWhatTheToolkitDoes) {
  testing::Golden golden("mag_bert", {});
  golden.explain("input.lengths", "every step is gated, padding too");
  golden.explain("input.labels", "the file's total is a sum of the output");
  MagGate gate({.text = 10, .audio = 4, .vision = 3, .beta = 0.6});
  golden.load(gate);
  const testing::AlignedInputs inputs = testing::aligned_inputs(golden);
  const auto& [text, audio, vision] = inputs.rows.rows;
  const auto gated = [&](double of_others) {
    return gate.forward(text, audio * of_others, vision * of_others, inputs.rows.layout, DropoutStream())
        .view({5, 6, 10});
  };

  const torch::Tensor output = gated(1);
  golden.expect("output.gated", output);
  const torch::Tensor total = (output * golden.tensor("input.probe")).sum();
  golden.expect("loss.total", total);
  total.backward();
  golden.expect_gradients(gate);
  testing::expect_input_gradients(golden, inputs);
  const torch::NoGradGuard no_grad;
  golden.expect("eval.gated", gated(1));
  golden.expect("eval.gated_without_audio_vision", gated(0));
  for (auto& item : gate.named_parameters())
    if (item.key() == "W_v.bias" || item.key() == "W_a.bias") item.value().zero_();
  golden.expect("eval.gated_without_audio_vision_zero_bias", gated(0));
  golden.expect_nothing_left();
}

}  // namespace
}  // namespace missmodal::trainer
