// LF-DNN, TFN and LMF against the golden numbers.

#include "trainer/model/baselines/late_fusion.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>

#include "sweeps/key.h"
#include "tests/trainer/model/baselines/golden.h"
#include "tests/trainer/model/paths.h"
#include "trainer/model/baselines/frames.h"
#include "trainer/model/baselines/lf_dnn.h"
#include "trainer/model/baselines/lmf.h"
#include "trainer/model/baselines/tfn.h"
#include "trainer/model/registry.h"

namespace missmodal::trainer {
namespace {

using testing::all_steps;
using testing::Golden;

const testing::ParameterNames kNames{
    {"audio_subnet.", "audio."},          {"video_subnet.", "vision."},
    {"text_subnet.rnn.", "text.lstm."},   {"text_subnet.linear_1.", "text.linear."},
    {"post_fusion_layer_1.", "post.0."},  {"post_fusion_layer_2.", "post.1."},
    {"post_fusion_layer_3.", "post.2."},  {"text_factor", "fusion.text"},
    {"audio_factor", "fusion.audio"},     {"video_factor", "fusion.vision"},
    {"fusion_weights", "fusion.weights"}, {"fusion_bias", "fusion.bias"}};

class LateFusionGolden : public ::testing::TestWithParam<std::tuple<const char*, testing::Path>> {
 protected:
  void SetUp() override {
    if (testing::is_missing(std::get<1>(GetParam()))) GTEST_SKIP() << "LibTorch sees no GPU";
    golden_.explain("num_batches_tracked", "a counter that a fixed momentum does not ask for");
    golden_.explain("param.output_", "constants of TFN, 6 and -3");
    golden_.explain("_lengths", "the toolkit reads padding as frames");
    model_ = std::dynamic_pointer_cast<LateFusion>(make_model(configuration(), {10, 4, 3}));
    ASSERT_NE(model_, nullptr);
  }

  std::string name() const { return std::get<0>(GetParam()); }

  sweeps::Configuration configuration() const {
    const std::string start = "model." + name() + ".";
    sweeps::Settings settings{{"model.name", name()},
                              {start + "text_hidden", 8},
                              {start + "audio_hidden", 6},
                              {start + "vision_hidden", 7},
                              {start + "text_out", name() == "lf_dnn" ? 9
                                                   : name() == "tfn"  ? 5
                                                                      : 4},
                              {start + "audio_dropout", 0.0},
                              {start + "vision_dropout", 0.0}};
    if (name() == "lmf") {
      settings[start + "rank"] = 3;
    } else {
      settings[start + "post_fusion"] = 8;
      settings[start + "fusion_dropout"] = 0.0;
    }
    return sweeps::configured(settings);
  }

  Batch batch() {
    return testing::whole_batch(
        all_steps(golden_.tensor("input.text")), all_steps(golden_.tensor("input.audio_mean")),
        all_steps(golden_.tensor("input.vision_mean")), golden_.tensor("input.labels"));
  }

  torch::Tensor fused(const Features& features) {
    if (name() == "tfn") return Tfn::product(features);
    if (name() == "lmf") return std::dynamic_pointer_cast<Lmf>(model_)->fusion().product(features);
    return torch::cat({features[1], features[2], features[0]}, 1);
  }

  testing::Along along_{std::get<1>(GetParam())};
  Golden golden_{std::get<0>(GetParam()), kNames};
  std::shared_ptr<LateFusion> model_;
};

TEST_P(LateFusionGolden, EveryTensor) {
  golden_.load(*model_);
  Batch batch = this->batch();
  for (RaggedBatch& modality : batch.sequences) modality.rows.requires_grad_();
  const Context context{1, 0, 1, Group()};
  const Output output = model_->forward(batch, context);
  const Losses losses = model_->loss(output, batch, context);
  losses.total.backward();
  golden_.expect("output.M", output.predictions[0]);
  golden_.expect("loss.total", losses.total);
  golden_.expect("loss.l1", losses.shares[1].second);
  golden_.expect_gradients(*model_);
  golden_.expect_buffers(*model_);
  const auto [text, audio, vision] = batch.sequences;
  golden_.expect("input_grad.text", text.rows.grad().view({5, 6, 10}));
  golden_.expect("input_grad.audio_mean", audio.rows.grad());
  golden_.expect("input_grad.vision_mean", vision.rows.grad());

  golden_.load(*model_);
  const torch::NoGradGuard no_grad;
  const Features features = model_->encode(this->batch(), training_walk(batch, context));
  golden_.expect("output.Feature_t", features[0]);
  golden_.expect("output.Feature_a", features[1]);
  golden_.expect("output.Feature_v", features[2]);
  golden_.expect("output.Feature_f", fused(features));

  golden_.load(*model_);
  golden_.expect("eval.M", model_->predict_complete(this->batch()));
  for (const char* modality : {"audio", "vision"}) {
    const std::string input = std::string("input.") + modality;
    golden_.expect(input + "_mean", mean_frame(all_steps(golden_.tensor(input))));
  }
  golden_.expect_nothing_left();
}

INSTANTIATE_TEST_SUITE_P(Models, LateFusionGolden,
                         ::testing::Combine(::testing::Values("lf_dnn", "tfn", "lmf"),
                                            ::testing::ValuesIn(testing::kPaths)),
                         [](const auto& parameter) {
                           return std::string(std::get<0>(parameter.param)) + "_" +
                                  testing::name(std::get<1>(parameter.param));
                         });

}  // namespace
}  // namespace missmodal::trainer
