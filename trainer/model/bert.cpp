#include "trainer/model/bert.h"

#include <fmt/format.h>

#include "sweeps/error.h"

namespace missmodal::trainer {

namespace {
constexpr std::uint32_t kTextOwner = 0;
constexpr DropoutLayer kEmbeddingDropout{kTextOwner, 0xFFFF, 0};
}  // namespace

BertEncoder::BertEncoder(const BertConfiguration& configuration) : configuration_(configuration) {
  const std::int64_t width = configuration.hidden_size;
  const Initial initial = Initial::normal(configuration.initializer_range);
  words_ = declare("bert.embeddings.word_embeddings.weight", {configuration.vocab_size, width}, initial);
  positions_ =
      declare("bert.embeddings.position_embeddings.weight", {configuration.max_positions, width}, initial);
  segments_ =
      declare("bert.embeddings.token_type_embeddings.weight", {configuration.segments, width}, initial);
  embedding_norm_ = declare_norm("bert.embeddings.LayerNorm", width);
  for (std::int64_t layer = 0; layer < configuration.layers; ++layer) {
    layers_.push_back(declare_layer(fmt::format("bert.encoder.layer.{}", layer)));
  }
  options_.heads = static_cast<int>(configuration.heads);
  options_.activation =
      configuration.activation == BertActivation::gelu ? Activation::gelu : Activation::relu;
  options_.norm_epsilon = configuration.norm_epsilon;
  options_.attention_dropout = configuration.attention_dropout;
  options_.hidden_dropout = configuration.hidden_dropout;
  options_.owner = kTextOwner;
}

LinearParameters BertEncoder::declare_projection(const std::string& path, std::int64_t in, std::int64_t out) {
  return {declare(path + ".weight", {out, in}, Initial::normal(configuration_.initializer_range)),
          declare(path + ".bias", {out}, Initial::constant(0))};
}

TransformerParameters BertEncoder::declare_layer(const std::string& path) {
  const std::int64_t width = configuration_.hidden_size;
  TransformerParameters layer;
  for (const char* role : {"query", "key", "value"}) {
    layer.in.push_back(declare_projection(fmt::format("{}.attention.self.{}", path, role), width, width));
  }
  layer.out = declare_projection(path + ".attention.output.dense", width, width);
  layer.norm1 = declare_norm(path + ".attention.output.LayerNorm", width);
  layer.linear1 = declare_projection(path + ".intermediate.dense", width, configuration_.intermediate_size);
  layer.linear2 = declare_projection(path + ".output.dense", configuration_.intermediate_size, width);
  layer.norm2 = declare_norm(path + ".output.LayerNorm", width);
  return layer;
}

torch::Tensor BertEncoder::embed(const torch::Tensor& ids, const RaggedLayout& layout,
                                 const DropoutStream& dropout) const {
  const torch::Tensor sum =
      torch::embedding(words_, ids) + segments_[0] + torch::embedding(positions_, layout.steps());
  const torch::Tensor normed = torch::layer_norm(sum, {sum.size(1)}, embedding_norm_.weight,
                                                 embedding_norm_.bias, configuration_.norm_epsilon);
  return dropout.apply(normed, layout, Rows::all, kEmbeddingDropout, configuration_.hidden_dropout);
}

torch::Tensor BertEncoder::read(const torch::Tensor& ids, const RaggedLayout& layout, Rows wanted,
                                const DropoutStream& dropout, const Gate& gate) const {
  if (layout.longest() > configuration_.max_positions) {
    throw InputError("model.text.weights",
                     fmt::format("a text has {} tokens, but the encoder has {} positions", layout.longest(),
                                 configuration_.max_positions));
  }
  // On a GPU the check would wait for the device in every step; there the library's own assertion fails the
  // trial.
  if (ids.is_cpu() &&
      (ids.min().item<std::int64_t>() < 0 || ids.max().item<std::int64_t>() >= configuration_.vocab_size)) {
    throw InputError("model.text.weights", fmt::format("a token is outside the encoder's vocabulary of {}",
                                                       configuration_.vocab_size));
  }
  torch::Tensor x = embed(ids, layout, dropout);
  if (gate) x = gate(x);
  TransformerOptions options = options_;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    options.layer = static_cast<std::uint32_t>(layer);
    const Rows rows = layer + 1 == layers_.size() ? wanted : Rows::all;
    x = transformer_layer(x, layout, rows, layers_[layer], options, dropout);
  }
  return x;
}

}  // namespace missmodal::trainer
