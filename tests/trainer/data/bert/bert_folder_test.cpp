#include "trainer/data/bert/bert_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "tests/trainer/data/scratch_folder.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::ScratchFolder;

const std::string kConfiguration =
    R"({"model_type": "bert", "vocab_size": 11, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, )"
    R"("intermediate_size": 16, "max_position_embeddings": 9, "type_vocab_size": 2, "hidden_act": "gelu"})";

class BertFolderTest : public ::testing::Test {
 protected:
  BertFolderTest() : parameters_(bert_parameters(parse_bert_configuration(kConfiguration, "config.json"))) {
    folder_.write("config.json", kConfiguration);
  }

  void write_weights(const std::string& prefix = "") const {
    std::vector<SafetensorsWriter::Declaration> tensors;
    for (const NamedShape& parameter : parameters_) {
      tensors.push_back({prefix + parameter.name, DType::F32, parameter.shape});
    }
    SafetensorsWriter writer(OutputFile(folder_ / "model.safetensors"), tensors, {});
    for (const auto& tensor : tensors) {
      std::size_t bytes = 4;
      for (const std::int64_t size : tensor.shape) bytes *= static_cast<std::size_t>(size);
      const std::vector<char> zeros(bytes);
      writer.write(zeros.data(), bytes);
    }
    writer.finish();
  }

  // As main prints them, without the folder.
  std::string mistakes(BertWeightsWanted wanted = BertWeightsWanted::yes) const {
    std::string text;
    try {
      examine_bert_folder(folder_ / "", wanted);
    } catch (const InputError& error) {
      for (const Mistake& mistake : error.mistakes()) text += mistake.place + ": " + mistake.reason + "\n";
    }
    const std::string path = (folder_ / "").string();
    for (std::size_t at; (at = text.find(path)) != std::string::npos;) text.erase(at, path.size());
    return text;
  }

  ScratchFolder folder_;
  std::vector<NamedShape> parameters_;
};

TEST_F(BertFolderTest, IsTakenWithWhatItDoesNotUse) {
  write_weights();
  EXPECT_EQ(mistakes(), "");
  parameters_.push_back({"cls.predictions.bias", {11}});
  parameters_.push_back({"bert.pooler.dense.weight", {8, 8}});
  write_weights();
  const BertFolder folder = examine_bert_folder(folder_ / "", BertWeightsWanted::yes);
  EXPECT_EQ(folder.configuration.max_positions, 9);
  EXPECT_EQ(folder.ignored, (std::vector<std::string>{"bert.pooler.dense.weight", "cls.predictions.bias"}));
}

TEST_F(BertFolderTest, NeedsItsWeightsOnlyWhereTheyAreAskedFor) {
  EXPECT_EQ(mistakes(BertWeightsWanted::no), "");
  EXPECT_EQ(
      mistakes(),
      "model.safetensors: no such file; set model.text.init: random to train without pretrained weights\n");
  folder_.write("pytorch_model.bin", "PK\x03\x04");
  EXPECT_EQ(mistakes(),
            "model.safetensors: no such file, its folder holds pytorch_model.bin; save the weights again as "
            "safetensors (save_pretrained with safe_serialization=True)\n");
  folder_.write("model.safetensors.index.json", "{}");
  EXPECT_EQ(
      mistakes(),
      "model.safetensors: no such file, its folder holds the weights in several files; save them as one "
      "(save_pretrained with a max_shard_size larger than the model)\n");
}

TEST_F(BertFolderTest, OfAnotherArchitectureIsRefused) {
  for (const char* type : {"roberta", "distilbert", "electra", "albert"}) {
    std::string text = kConfiguration;
    folder_.write("config.json", text.replace(text.find("\"bert\""), 6, "\"" + std::string(type) + "\""));
    EXPECT_EQ(mistakes(), "config.json: model_type: must be bert, got " + std::string(type) + "\n");
  }
  std::string text = kConfiguration;  // older files have no model_type
  folder_.write("config.json", text.erase(1, text.find("\"vocab") - 1));
  write_weights();
  EXPECT_EQ(mistakes(), "");
}

TEST_F(BertFolderTest, ThatIsCutOrNoneIsRefused) {
  write_weights();
  std::filesystem::resize_file(folder_ / "model.safetensors", 5000);
  EXPECT_NE(mistakes().find("truncated or damaged\n"), std::string::npos) << mistakes();
  folder_.write("model.safetensors", "version https://git-lfs.github.com/spec/v1\n");
  EXPECT_EQ(
      mistakes(),
      "model.safetensors: is a pointer of Git LFS, not the file itself; `git lfs pull` in its repository "
      "fetches it\n");
  folder_.write("config.json", "{");
  EXPECT_EQ(mistakes(), "config.json: is not a JSON object\n");
  folder_.write("config.json", "");
  EXPECT_NE(mistakes(), "");
  std::filesystem::remove(folder_ / "config.json");
  EXPECT_EQ(
      mistakes(),
      "config.json: cannot be read: No such file or directory; a folder of BERT weights holds config.json "
      "and model.safetensors\n");
}

TEST_F(BertFolderTest, OfOtherSizesThanItsConfigurationIsRefusedByTensor) {
  parameters_[0].shape = {12, 8};
  parameters_.pop_back();
  write_weights();
  EXPECT_EQ(
      mistakes(),
      "model.safetensors: bert.embeddings.word_embeddings.weight: shape must be (11, 8) by config.json, got "
      "(12, 8)\nmodel.safetensors: tensor encoder.layer.1.output.LayerNorm.bias is missing\n");
}

TEST_F(BertFolderTest, WithoutATensorOfBertIsOneMistake) {
  write_weights("module.");
  EXPECT_EQ(mistakes(),
            "model.safetensors: holds none of a BERT's tensors; its first is "
            "module.bert.embeddings.LayerNorm.bias\n");
}

TEST(BertFolder, ThatIsNotThereIsToldFromAFile) {
  ScratchFolder folder;
  folder.write("file", "x");
  const auto told = [&](const char* name) -> std::string {
    try {
      examine_bert_folder(folder / name, BertWeightsWanted::yes);
    } catch (const InputError& error) {
      return error.mistakes().front().reason;
    }
    return "";
  };
  EXPECT_EQ(told("none"), "no such folder (model.text.weights)");
  EXPECT_EQ(told("file"), "is no folder (model.text.weights)");
}

}  // namespace
}  // namespace missmodal::trainer
