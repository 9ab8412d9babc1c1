#include "trainer/checkpoint.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/canonical.h"
#include "sweeps/error.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/model/missmodal.h"

namespace missmodal::trainer {
namespace {

using sweeps::TextEncoder;
using Tensors = std::vector<std::pair<std::string, torch::Tensor>>;

const std::string kDataset(64, 'a');
const testing::Lengths kThreeLengths{{{3, 1, 5}, {2, 4, 1}, {6, 1, 2}}};

Checkpoint make(TextEncoder text_encoder) {
  Checkpoint checkpoint;
  checkpoint.configuration = testing::tiny_configuration(text_encoder);
  checkpoint.configuration.evaluation.route = sweeps::Route::subset;
  if (text_encoder == TextEncoder::bert)
    checkpoint.configuration.model.text_weights_sha256 = std::string(64, 'b');
  checkpoint.dataset_sha256 = kDataset;
  checkpoint.widths = testing::kTinyWidths;
  checkpoint.normalization = {identity(7), {{1, 2, 3}, {1, 1, 2}}, {{0, 1, 0, 1, 0}, {1, 2, 3, 4, 5}}};
  auto model = std::make_shared<MissModal>(checkpoint.configuration, checkpoint.widths,
                                           text_encoder == TextEncoder::bert ? testing::kTinyBert : "");
  model->initialize();
  checkpoint.model = model;
  return checkpoint;
}

class CheckpointFile : public ::testing::Test {
 protected:
  // Everything a checkpoint holds, for a test to spoil.
  void read_back() {
    const SafetensorsFile file(path_);
    metadata_ = file.metadata();
    for (const auto& [name, view] : file.tensors()) {
      torch::Tensor values = torch::empty(view.shape);
      std::memcpy(values.data_ptr(), view.bytes.data(), view.bytes.size());
      tensors_.emplace_back(name, values);
    }
  }
  void spoil() { testing::write_tensors(path_, tensors_, metadata_); }
  torch::Tensor& tensor(const std::string& wanted) {
    for (auto& [name, tensor] : tensors_) {
      if (name == wanted) return tensor;
    }
    throw std::out_of_range(wanted);
  }
  std::string refusal() const {
    try {
      load_checkpoint(path_);
    } catch (const InputError& error) {
      std::string text;
      for (const Mistake& mistake : error.mistakes()) {
        std::string place = mistake.place;
        if (place.rfind(path_.string(), 0) == 0) place = "FILE" + place.substr(path_.string().size());
        text += place + ": " + mistake.reason + "\n";
      }
      return text;
    }
    return "";
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "model.safetensors";
  Tensors tensors_;
  std::map<std::string, std::string> metadata_;
};

class CheckpointRoundTrip : public CheckpointFile, public ::testing::WithParamInterface<TextEncoder> {};

TEST_P(CheckpointRoundTrip, PredictsTheSameBitsByItself) {
  const Checkpoint saved = make(GetParam());
  save_checkpoint(OutputFile(path_), saved);
  const Checkpoint loaded = load_checkpoint(path_);
  EXPECT_EQ(loaded.dataset_sha256, kDataset);
  EXPECT_EQ(sweeps::canonical(loaded.configuration, kDataset),
            sweeps::canonical(saved.configuration, kDataset));
  EXPECT_EQ(loaded.widths.text, GetParam() == TextEncoder::bert ? 0 : 7);
  EXPECT_EQ(loaded.widths.audio, 3);
  EXPECT_EQ(loaded.widths.vision, 5);
  EXPECT_EQ(loaded.normalization[1].mean, saved.normalization[1].mean);
  EXPECT_EQ(loaded.normalization[2].std, saved.normalization[2].std);
  const torch::NoGradGuard no_grad;
  const Batch batch = testing::random_batch(kThreeLengths);
  EXPECT_TRUE(torch::equal(loaded.model->predict(batch), saved.model->predict(batch)));
}

INSTANTIATE_TEST_SUITE_P(TextEncoders, CheckpointRoundTrip,
                         ::testing::Values(TextEncoder::sequence, TextEncoder::bert),
                         [](const auto& parameter) {
                           return parameter.param == TextEncoder::bert ? "bert" : "sequence";
                         });

TEST_F(CheckpointFile, UsesTheNamesOfTorchModules) {
  save_checkpoint(OutputFile(path_), make(TextEncoder::bert));
  const SafetensorsFile file(path_);
  const std::map<std::string, std::vector<std::int64_t>> expected{
      {"text.bert.embeddings.word_embeddings.weight", {11, 8}},
      {"text.bert.encoder.layer.1.attention.self.query.weight", {8, 8}},
      {"text.bert.encoder.layer.0.attention.output.LayerNorm.bias", {8}},
      {"audio.lstm.weight_ih_l0_reverse", {16, 3}},
      {"audio.encoder.layers.0.self_attn.in_proj_weight", {24, 8}},
      {"audio.encoder.layers.1.self_attn.out_proj.bias", {8}},
      {"vision.encoder.layers.1.norm2.weight", {8}},
      {"fusion.TAV.0.weight", {6, 24}},
      {"fusion.AV.3.bias", {6}},
      {"predictor.0.weight", {6, 6}},
      {"predictor.2.weight", {1, 6}},
      {"normalize.audio.mean", {3}},
      {"normalize.vision.std", {5}}};
  for (const auto& [name, shape] : expected) EXPECT_EQ(file.tensor(name).shape, shape) << name;
}

TEST_F(CheckpointFile, NamesEveryTensorThatDoesNotFit) {
  save_checkpoint(OutputFile(path_), make(TextEncoder::sequence));
  read_back();
  tensor("fusion.TAV.0.weight") = torch::zeros({6, 23});
  tensors_.emplace_back("normalize.text.mean", torch::zeros({7}));
  tensors_.emplace_back("head.weight", torch::zeros({1}));
  std::erase_if(tensors_, [](const auto& entry) { return entry.first == "predictor.2.bias"; });
  spoil();
  EXPECT_EQ(refusal(),
            "FILE: fusion.TAV.0.weight: shape must be (6, 24), got (6, 23)\n"
            "FILE: predictor.2.bias: tensor is missing\n"
            "FILE: head.weight: no such tensor in the model\n"
            "FILE: normalize.text.mean: no such tensor in the model\n");
}

TEST_F(CheckpointFile, RefusesANormalizationThatDoesNotFit) {
  save_checkpoint(OutputFile(path_), make(TextEncoder::sequence));
  read_back();
  tensor("normalize.audio.std") = torch::zeros({2});
  spoil();
  EXPECT_EQ(refusal(), "FILE: normalize.audio.std: has 2 numbers, the mean has 3\n");
}

TEST_F(CheckpointFile, RefusesAnotherFormat) {
  save_checkpoint(OutputFile(path_), make(TextEncoder::sequence));
  read_back();
  metadata_["format"] = "missmodal-dataset-1";
  spoil();
  EXPECT_EQ(refusal(), "FILE: is not a checkpoint: metadata `format` must be missmodal-checkpoint-1\n");
}

// As version 0.1 wrote one before the ids' numbers were spelled as they are: the same network.
TEST_F(CheckpointFile, OfEarlierSemanticsPredictsTheSame) {
  const Checkpoint saved = make(TextEncoder::sequence);
  save_checkpoint(OutputFile(path_), saved);
  read_back();
  std::string& configuration = metadata_["configuration"];
  const std::string now = "\"semantics\":2";
  ASSERT_NE(configuration.find(now), std::string::npos);
  configuration.replace(configuration.find(now), now.size(), "\"semantics\":1");
  spoil();
  const torch::NoGradGuard no_grad;
  const Batch batch = testing::random_batch(kThreeLengths);
  EXPECT_TRUE(torch::equal(load_checkpoint(path_).model->predict(batch), saved.model->predict(batch)));
  configuration.replace(configuration.find("\"semantics\":1"), now.size(), "\"semantics\":3");
  spoil();
  EXPECT_EQ(
      refusal(),
      "FILE: configuration: semantics: is 3: a later version of missmodal wrote it, this one writes 2\n");
}

TEST_F(CheckpointFile, ThatNobodyCouldReadIsNotWritten) {
  Checkpoint checkpoint = make(TextEncoder::bert);
  checkpoint.configuration.model.text_weights_sha256.clear();
  try {
    save_checkpoint(OutputFile(path_), checkpoint);
    FAIL() << "written";
  } catch (const RunError& error) {
    EXPECT_NE(std::string(error.what()).find("model.text.weights_sha256: must be a SHA-256"),
              std::string::npos)
        << error.what();
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(CheckpointFile, RefusesABrokenConfiguration) {
  save_checkpoint(OutputFile(path_), make(TextEncoder::sequence));
  read_back();
  metadata_["configuration"] = "{}";
  spoil();
  EXPECT_NE(refusal().find("FILE: configuration"), std::string::npos) << refusal();
}

TEST_F(CheckpointFile, RefusesBertWithoutItsConfiguration) {
  save_checkpoint(OutputFile(path_), make(TextEncoder::bert));
  read_back();
  metadata_.erase("bert_config");
  spoil();
  EXPECT_NE(refusal().find("bert_config"), std::string::npos) << refusal();
}

TEST_F(CheckpointFile, RefusesATruncatedFile) {
  save_checkpoint(OutputFile(path_), make(TextEncoder::sequence));
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
  EXPECT_NE(refusal(), "");
}

}  // namespace
}  // namespace missmodal::trainer
