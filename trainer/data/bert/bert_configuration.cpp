#include "trainer/data/bert/bert_configuration.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {

namespace {

using nlohmann::json;

// Bounds what a damaged file can make us allocate; the largest published BERT stays far below.
constexpr std::int64_t kLargest = 1 << 24;

class Reader {
 public:
  Reader(const json& object, std::string place) : object_(object), place_(std::move(place)) {}

  std::int64_t size(const char* key) const {
    if (!object_.contains(key)) fail(key, "missing");
    const json& value = object_[key];
    if (!value.is_number_integer() || value < 1 || value > kLargest) {
      fail(key, fmt::format("must be an integer in [1, {}], got {}", kLargest, value.dump()));
    }
    return value.get<std::int64_t>();
  }
  double number(const char* key, double low, double high, double otherwise) const {
    if (!object_.contains(key)) return otherwise;
    const json& value = object_[key];
    if (!value.is_number() || value < low || value >= high) {
      fail(key, fmt::format("must be in [{}, {}), got {}", low, high, value.dump()));
    }
    return value.get<double>();
  }
  std::string text(const char* key, const char* otherwise) const {
    if (!object_.contains(key)) return otherwise;
    if (!object_[key].is_string()) fail(key, fmt::format("must be a text, got {}", object_[key].dump()));
    return object_[key].get<std::string>();
  }
  // "" where there is no list of texts.
  std::string first_text(const char* key) const {
    const json list = object_.value(key, json::array());
    return list.is_array() && !list.empty() && list[0].is_string() ? list[0].get<std::string>() : "";
  }
  [[noreturn]] void fail(const char* key, const std::string& reason) const {
    throw InputError(fmt::format("{}: {}", place_, key), reason);
  }

 private:
  const json& object_;
  std::string place_;
};

BertActivation activation(const Reader& reader) {
  const std::string name = reader.text("hidden_act", "gelu");
  if (name == "gelu") return BertActivation::gelu;
  if (name == "relu") return BertActivation::relu;
  reader.fail("hidden_act", fmt::format("must be gelu or relu, got {}", name));
}

}  // namespace

BertConfiguration parse_bert_configuration(const std::string& text, const std::string& place) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) throw InputError(place, "is not a JSON object");
  const Reader reader(object, place);
  // Folders from before the key have none. The architectures that BERT's relatives share a config.json with
  // count their positions otherwise or share layers.
  if (const std::string type = reader.text("model_type", "bert"); type != "bert") {
    reader.fail("model_type", fmt::format("must be bert, got {}", printable(type)));
  }
  if (!object.contains("model_type")) {
    const std::string architecture = reader.first_text("architectures");
    if (!architecture.empty() && !architecture.starts_with("Bert")) {
      reader.fail("architectures", fmt::format("must be those of a BERT, got {}", printable(architecture)));
    }
  }
  BertConfiguration configuration;
  configuration.vocab_size = reader.size("vocab_size");
  configuration.hidden_size = reader.size("hidden_size");
  configuration.layers = reader.size("num_hidden_layers");
  configuration.heads = reader.size("num_attention_heads");
  configuration.intermediate_size = reader.size("intermediate_size");
  configuration.max_positions = reader.size("max_position_embeddings");
  configuration.segments = reader.size("type_vocab_size");
  configuration.activation = activation(reader);
  configuration.norm_epsilon = reader.number("layer_norm_eps", 0, 1, configuration.norm_epsilon);
  configuration.hidden_dropout = reader.number("hidden_dropout_prob", 0, 1, configuration.hidden_dropout);
  configuration.attention_dropout =
      reader.number("attention_probs_dropout_prob", 0, 1, configuration.attention_dropout);
  configuration.initializer_range =
      reader.number("initializer_range", 0, 10, configuration.initializer_range);
  if (configuration.hidden_size % configuration.heads != 0) {
    reader.fail("num_attention_heads", fmt::format("{} does not divide hidden_size {}", configuration.heads,
                                                   configuration.hidden_size));
  }
  if (reader.text("position_embedding_type", "absolute") != "absolute") {
    reader.fail("position_embedding_type", "must be absolute");
  }
  return configuration;
}

}  // namespace missmodal::trainer
