#include "trainer/data/bert/bert_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/sha256.h"
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
    write_tensors("model.safetensors", 0, 1, prefix);
  }

  // Of the parameters the `part`-th of `parts` that follow each other.
  void write_tensors(const std::string& file, std::size_t part, std::size_t parts,
                     const std::string& prefix = "") const {
    std::vector<SafetensorsWriter::Declaration> tensors;
    for (std::size_t i = parameters_.size() * part / parts; i < parameters_.size() * (part + 1) / parts;
         ++i) {
      tensors.push_back({prefix + parameters_[i].name, DType::F32, parameters_[i].shape});
    }
    SafetensorsWriter writer(OutputFile(folder_ / file), tensors, {});
    for (const auto& tensor : tensors) {
      std::size_t bytes = 4;
      for (const std::int64_t size : tensor.shape) bytes *= static_cast<std::size_t>(size);
      const std::vector<char> zeros(bytes);
      writer.write(zeros.data(), bytes);
    }
    writer.finish();
  }

  // Two files and their index.
  nlohmann::json write_shards() const {
    nlohmann::json index{{"metadata", {{"total_size", 1}}}};
    for (std::size_t part = 0; part < 2; ++part) {
      const std::string file = part == 0 ? "one.safetensors" : "two.safetensors";
      write_tensors(file, part, 2);
      for (std::size_t i = parameters_.size() * part / 2; i < parameters_.size() * (part + 1) / 2; ++i) {
        index["weight_map"][parameters_[i].name] = file;
      }
    }
    write_index(index);
    return index;
  }
  void write_index(const nlohmann::json& index) const {
    folder_.write("model.safetensors.index.json", index.dump());
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
  EXPECT_EQ(
      mistakes(),
      "model.safetensors: no such file, its folder holds pytorch_model.bin, which is a pickle and not "
      "read here; this converts it, running nothing in it: python3 -c \"import torch, safetensors.torch "
      "as s; s.save_file({k: v.contiguous().clone() for k, v in torch.load('pytorch_model.bin', "
      "map_location='cpu', weights_only=True).items()}, 'model.safetensors')\"\n");
}

TEST_F(BertFolderTest, MayHoldItsWeightsInSeveralFiles) {
  write_shards();
  EXPECT_EQ(mistakes(), "");
}

TEST_F(BertFolderTest, HoldsEveryTensorWhereItsIndexSays) {
  nlohmann::json index = write_shards();
  index["weight_map"]["bert.encoder.layer.1.output.dense.bias"] = "one.safetensors";
  index["weight_map"].erase("bert.embeddings.LayerNorm.bias");
  write_index(index);
  EXPECT_EQ(
      mistakes(),
      "one.safetensors: bert.embeddings.LayerNorm.bias: the index does not name this tensor\n"
      "two.safetensors: bert.encoder.layer.1.output.dense.bias: the index says that it lies in "
      "one.safetensors\n"
      "one.safetensors: tensor bert.encoder.layer.1.output.dense.bias is missing, the index says that it "
      "lies here\n");
}

TEST_F(BertFolderTest, WithAFileOfItsIndexMissingOrCutIsRefused) {
  write_shards();
  std::filesystem::remove(folder_ / "one.safetensors");
  std::filesystem::resize_file(folder_ / "two.safetensors", 50);
  const std::string told = mistakes();
  EXPECT_EQ(told.find("one.safetensors: no such file, but the index names it\n"
                      "two.safetensors: is cut short within its header: has 50 of the "),
            0U)
      << told;
  folder_.write("model.safetensors.index.json", "{");
  EXPECT_EQ(mistakes(), "model.safetensors.index.json: is not JSON\n");
}

TEST_F(BertFolderTest, TellsItsTokenizersVocabulary) {
  write_weights();
  EXPECT_EQ(examine_bert_folder(folder_ / "", BertWeightsWanted::yes).vocabulary_sha256, "");
  folder_.write("vocab.txt", "abc");
  EXPECT_EQ(examine_bert_folder(folder_ / "", BertWeightsWanted::no).vocabulary_sha256, hex(sha256("abc")));
}

TEST_F(BertFolderTest, OfAnotherModelTellsAFewOfItsMistakes) {
  for (NamedShape& parameter : parameters_) parameter.shape.back() += 1;
  write_weights();
  const std::string told = mistakes();
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 4) << told;
  EXPECT_NE(told.find("model.safetensors: 34 more of its tensors do not fit either\n"), std::string::npos)
      << told;
}

TEST_F(BertFolderTest, OfAnotherArchitectureIsRefused) {
  for (const char* type : {"roberta", "distilbert", "electra", "albert"}) {
    std::string text = kConfiguration;
    folder_.write("config.json", text.replace(text.find("\"bert\""), 6, "\"" + std::string(type) + "\""));
    EXPECT_EQ(mistakes(), "config.json: model_type: must be bert, got " + std::string(type) + "\n");
  }
  std::string text = kConfiguration;  // older files have no model_type, but say the class
  text.replace(text.find("\"model_type\": \"bert\""), 20, R"("architectures": ["RobertaForMaskedLM"])");
  folder_.write("config.json", text);
  EXPECT_EQ(mistakes(), "config.json: architectures: must be those of a BERT, got RobertaForMaskedLM\n");
  text = kConfiguration;
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
