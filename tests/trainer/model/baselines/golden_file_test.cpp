// The harness itself: what it must not let pass. And the parts of LF-DNN along both paths.

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/paths.h"
#include "trainer/model/baselines/sub_net.h"
#include "trainer/model/baselines/text_sub_net.h"

namespace missmodal::trainer::testing {
namespace {

TEST(GoldenFile, ADifferenceFails) {
  Golden golden("lf_dnn", {});
  const torch::Tensor prediction = golden.tensor("output.M");
  golden.expect("output.M", prediction + 5e-6);
  EXPECT_NONFATAL_FAILURE(golden.expect("output.M", prediction + 2e-4), "output.M");
  const torch::Tensor gradient = golden.tensor("grad.audio_subnet.norm.bias");
  golden.expect("grad.audio_subnet.norm.bias", gradient * 1.00001);
  EXPECT_NONFATAL_FAILURE(golden.expect("grad.audio_subnet.norm.bias", gradient * 1.0001), "norm.bias");
}

TEST(GoldenFile, WhatNobodyLookedAtFails) {
  Golden golden("tfn", {});
  for (const char* start : {"param.", "grad.", "output.", "buffer_after.", "input", "eval."})
    golden.explain(start, "this test looks at the losses alone");
  golden.expect("loss.total", golden.tensor("loss.l1"));
  golden.expect_nothing_left();
  Golden other("tfn", {});
  for (const char* start : {"param.", "grad.", "output.", "buffer_after.", "input", "eval.", "loss.l1"})
    other.explain(start, "this test looks at nothing");
  EXPECT_NONFATAL_FAILURE(other.expect_nothing_left(), "loss.total was not compared");
}

class Parts : public ::testing::TestWithParam<Path> {
 protected:
  void SetUp() override {
    if (is_missing(GetParam())) GTEST_SKIP() << "LibTorch sees no GPU";
  }
  Along along_{GetParam()};
};

struct LfDnnParts : torch::nn::Module {
  std::shared_ptr<TextSubNet> text = register_module("text", std::make_shared<TextSubNet>(10, 8, 9));
  std::shared_ptr<SubNet> audio = register_module("audio", std::make_shared<SubNet>(4, 6, 0, 1));
  std::shared_ptr<SubNet> vision = register_module("vision", std::make_shared<SubNet>(3, 7, 0, 2));
};

TEST_P(Parts, OfLfDnn) {
  Golden golden("lf_dnn", {{"audio_subnet.", "audio."},
                           {"video_subnet.", "vision."},
                           {"text_subnet.rnn.", "text.lstm."},
                           {"text_subnet.linear_1.", "text.linear."}});
  golden.explain("num_batches_tracked", "a counter that a fixed momentum does not ask for");
  golden.explain("param.post_fusion", "the fusion is no part");
  auto parts = std::make_shared<LfDnnParts>();
  golden.load(*parts);
  Walk walk;
  walk.training = true;
  walk.utterances = 5;
  golden.expect("output.Feature_t", parts->text->forward(all_steps(golden.tensor("input.text"))));
  golden.expect("output.Feature_a",
                parts->audio->forward(golden.tensor("input.audio_mean").squeeze(1), walk));
  golden.expect("output.Feature_v",
                parts->vision->forward(golden.tensor("input.vision_mean").squeeze(1), walk));
  golden.expect_buffers(*parts);
}

INSTANTIATE_TEST_SUITE_P(Paths, Parts, ::testing::ValuesIn(kPaths),
                         [](const auto& parameter) { return name(parameter.param); });

}  // namespace
}  // namespace missmodal::trainer::testing
