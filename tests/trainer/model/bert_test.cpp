#include "trainer/model/bert.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/data/bert/bert_folder.h"
#include "trainer/model/bert_weights.h"

namespace missmodal::trainer {
namespace {

using testing::kTinyBert;
using Tensors = std::vector<std::pair<std::string, torch::Tensor>>;

std::string mistakes(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    std::string text;
    for (const Mistake& mistake : error.mistakes()) text += mistake.place + ": " + mistake.reason + "\n";
    return text;
  }
  return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(BertConfiguration, TakesTheFilesSizes) {
  const BertConfiguration configuration = parse_bert_configuration(kTinyBert, "config.json");
  EXPECT_EQ(configuration.vocab_size, 11);
  EXPECT_EQ(configuration.hidden_size, 8);
  EXPECT_EQ(configuration.layers, 2);
  EXPECT_EQ(configuration.heads, 2);
  EXPECT_EQ(configuration.intermediate_size, 16);
  EXPECT_EQ(configuration.max_positions, 9);
  EXPECT_EQ(configuration.norm_epsilon, 1e-12);
  EXPECT_EQ(configuration.hidden_dropout, 0.1);
}

TEST(BertConfiguration, NamesWhatIsWrong) {
  const auto wrong = [](const std::string& from, const std::string& to) {
    return mistakes([&] { parse_bert_configuration(replaced(kTinyBert, from, to), "m/config.json"); });
  };
  EXPECT_EQ(wrong("\"vocab_size\": 11, ", ""), "m/config.json: vocab_size: missing\n");
  EXPECT_EQ(wrong("\"vocab_size\": 11", "\"vocab_size\": -1"),
            "m/config.json: vocab_size: must be an integer in [1, 16777216], got -1\n");
  EXPECT_EQ(wrong("\"vocab_size\": 11", "\"vocab_size\": \"x\""),
            "m/config.json: vocab_size: must be an integer in [1, 16777216], got \"x\"\n");
  EXPECT_EQ(wrong("\"num_attention_heads\": 2", "\"num_attention_heads\": 3"),
            "m/config.json: num_attention_heads: 3 does not divide hidden_size 8\n");
  EXPECT_EQ(wrong("\"gelu\"", "\"swish\""), "m/config.json: hidden_act: must be gelu or relu, got swish\n");
  EXPECT_EQ(wrong("\"hidden_act\"", "\"hidden_dropout_prob\": 1.5, \"hidden_act\""),
            "m/config.json: hidden_dropout_prob: must be in [0, 1), got 1.5\n");
  EXPECT_EQ(wrong("\"hidden_act\"", "\"position_embedding_type\": \"relative_key\", \"hidden_act\""),
            "m/config.json: position_embedding_type: must be absolute\n");
  EXPECT_EQ(wrong("{", ""), "m/config.json: is not a JSON object\n");
}

class BertWeights : public ::testing::Test {
 protected:
  BertWeights() : source_(parse_bert_configuration(kTinyBert, "")) {
    folder_.write("config.json", kTinyBert);
    source_.initialize(7, "text");
    const torch::NoGradGuard no_grad;
    for (const auto& item : source_.named_parameters()) {
      if (item.key().find("LayerNorm") != std::string::npos) item.value().uniform_(0.5, 1.5);
      tensors_.emplace_back(item.key().substr(5), item.value());
    }
  }

  void write() const { testing::write_tensors(folder_.path() / "model.safetensors", tensors_); }
  BertEncoder target() const { return BertEncoder(parse_bert_configuration(kTinyBert, "")); }

  void expect_loads() {
    BertEncoder encoder = target();
    report_ = load_bert_weights(encoder, folder_.path());
    const auto expected = source_.named_parameters();
    for (const auto& item : encoder.named_parameters()) {
      EXPECT_TRUE(torch::equal(item.value(), expected[item.key()])) << item.key();
    }
  }

  std::string refusal() {
    BertEncoder encoder = target();
    std::string text = mistakes([&] { load_bert_weights(encoder, folder_.path()); });
    const std::string path = folder_.path().string() + "/";
    for (std::size_t at; (at = text.find(path)) != std::string::npos;) text.erase(at, path.size());
    return text;
  }

  testing::TemporaryFolder folder_;
  BertEncoder source_;
  Tensors tensors_;
  BertWeightsReport report_;
};

TEST_F(BertWeights, AreTheParametersThatTheFolderIsExaminedFor) {
  std::map<std::string, std::vector<std::int64_t>> examined;
  for (const NamedShape& parameter : bert_parameters(parse_bert_configuration(kTinyBert, ""))) {
    EXPECT_TRUE(examined.emplace(parameter.name, parameter.shape).second) << parameter.name;
  }
  std::map<std::string, std::vector<std::int64_t>> trained;
  for (const auto& item : source_.named_parameters()) trained.emplace(item.key(), item.value().sizes().vec());
  EXPECT_EQ(examined, trained);
}

TEST_F(BertWeights, LoadsNamesWithoutPrefix) {
  write();
  expect_loads();
  EXPECT_TRUE(report_.ignored.empty());
}

TEST_F(BertWeights, LoadsPrefixedNamesOldNormsAndIgnoresHeads) {
  for (auto& [name, tensor] : tensors_) {
    name = "bert." + name;
    if (name.find("LayerNorm.weight") != std::string::npos) name.replace(name.find("weight"), 6, "gamma");
    if (name.find("LayerNorm.bias") != std::string::npos) name.replace(name.find("bias"), 4, "beta");
  }
  tensors_.emplace_back("cls.predictions.bias", torch::zeros({11}));
  tensors_.emplace_back("bert.pooler.dense.bias", torch::zeros({8}));
  tensors_.emplace_back("bert.embeddings.position_ids", torch::zeros({1, 9}));
  write();
  expect_loads();
  EXPECT_EQ(report_.ignored, (std::vector<std::string>{"bert.embeddings.position_ids",
                                                       "bert.pooler.dense.bias", "cls.predictions.bias"}));
}

TEST_F(BertWeights, LoadsSeveralFilesThatAnIndexNames) {
  nlohmann::json index;
  const auto middle = tensors_.begin() + static_cast<std::ptrdiff_t>(tensors_.size() / 3);
  for (const auto& [file, part] : {std::pair{"a.safetensors", Tensors(tensors_.begin(), middle)},
                                   std::pair{"b.safetensors", Tensors(middle, tensors_.end())}}) {
    testing::write_tensors(folder_.path() / file, part);
    for (const auto& [name, tensor] : part) index["weight_map"][name] = file;
  }
  folder_.write("model.safetensors.index.json", index.dump());
  expect_loads();
}

TEST_F(BertWeights, ConvertsHalfPrecision) {
  for (const auto& [type, dtype] :
       {std::pair{torch::kFloat16, DType::F16}, std::pair{torch::kBFloat16, DType::BF16}}) {
    std::vector<SafetensorsWriter::Declaration> declarations;
    for (auto& [name, tensor] : tensors_) {
      const torch::NoGradGuard no_grad;
      tensor.copy_(tensor.to(type));  // representable, so that loading is exact
      declarations.push_back({name, dtype, tensor.sizes().vec()});
    }
    SafetensorsWriter writer(OutputFile(folder_.path() / "model.safetensors"), declarations, {});
    for (const auto& [name, tensor] : tensors_) {
      const torch::Tensor half = tensor.detach().to(type).contiguous();
      writer.write(half.data_ptr(), static_cast<std::size_t>(half.numel()) * 2);
    }
    writer.finish();
    expect_loads();
  }
}

TEST_F(BertWeights, RefusesAMissingTensorAndAnotherShapeByName) {
  tensors_.erase(tensors_.begin());
  for (auto& [name, tensor] : tensors_) {
    if (name == "encoder.layer.1.output.dense.weight") tensor = torch::zeros({8, 15});
  }
  write();
  EXPECT_EQ(refusal(),
            "model.safetensors: tensor embeddings.word_embeddings.weight is missing\n"
            "model.safetensors: encoder.layer.1.output.dense.weight: shape must be (8, 16) by config.json, "
            "got (8, 15)\n");
}

TEST_F(BertWeights, RefusesALayerThatTheConfigurationLacksAndATensorGivenTwice) {
  tensors_.emplace_back("encoder.layer.2.output.dense.bias", torch::zeros({8}));
  tensors_.emplace_back("bert.embeddings.LayerNorm.beta", torch::zeros({8}));
  write();
  EXPECT_EQ(
      refusal(),
      "model.safetensors: embeddings.LayerNorm.bias: the same tensor as bert.embeddings.LayerNorm.beta\n"
      "model.safetensors: encoder.layer.2.output.dense.bias: no such tensor in the network of config.json\n");
}

TEST_F(BertWeights, AFolderWithoutWeightsOrConfigurationIsAnError) {
  EXPECT_EQ(
      refusal(),
      "model.safetensors: no such file; set model.text.init: random to train without pretrained weights\n");
  std::filesystem::remove(folder_.path() / "config.json");
  EXPECT_NE(mistakes([&] { read_bert_configuration(folder_.path()); }).find("config.json: cannot be read"),
            std::string::npos);
}

TEST(BertEncoder, IsReadAtEveryRowAndBehindAGate) {
  BertEncoder encoder(parse_bert_configuration(kTinyBert, ""));
  encoder.initialize(7, "text");
  const torch::NoGradGuard no_grad;
  const RaggedLayout layout({3, 1, 4});
  const torch::Tensor ids = torch::tensor({1, 5, 2, 3, 4, 6, 7, 8}, torch::kInt64);
  const DropoutStream off;
  const torch::Tensor all = encoder.read(ids, layout, Rows::all, off);
  const torch::Tensor first = encoder.encode(ids, layout, off);
  EXPECT_LE(testing::largest_difference(layout.select(all, Rows::first), first), 1e-6);
  torch::Tensor seen;
  const auto keep = [&](const torch::Tensor& embedded) { return seen = embedded; };
  EXPECT_TRUE(encoder.read(ids, layout, Rows::first, off, keep).equal(first));
  EXPECT_EQ(seen.sizes().vec(), (std::vector<std::int64_t>{8, 8}));
  // Where all embeddings are alike, no word is known any more.
  const auto forget = [](const torch::Tensor& embedded) { return torch::ones_like(embedded); };
  const torch::Tensor forgotten = encoder.read(ids, layout, Rows::first, off, forget);
  EXPECT_LE(testing::largest_difference(forgotten[0], forgotten[2]), 1e-6);
  EXPECT_GT(testing::largest_difference(forgotten, first), 1e-3);
}

TEST(BertEncoder, RefusesTooLongATextAndAnUnknownToken) {
  BertEncoder encoder(parse_bert_configuration(kTinyBert, ""));
  encoder.initialize(1, "text");
  const auto encode = [&](std::int64_t length, std::int64_t id) {
    return mistakes([&] {
      encoder.encode(torch::full({length}, id, torch::kInt64), RaggedLayout({length}, torch::kCPU),
                     DropoutStream());
    });
  };
  EXPECT_EQ(encode(9, 10), "");
  EXPECT_EQ(encode(10, 10), "model.text.weights: a text has 10 tokens, but the encoder has 9 positions\n");
  EXPECT_EQ(encode(9, 11), "model.text.weights: a token is outside the encoder's vocabulary of 11\n");
  EXPECT_EQ(encode(9, -1), "model.text.weights: a token is outside the encoder's vocabulary of 11\n");
}

}  // namespace
}  // namespace missmodal::trainer
