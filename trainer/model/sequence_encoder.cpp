#include "trainer/model/sequence_encoder.h"

#include <fmt/format.h>

#include <cmath>

#include "trainer/model/bilstm.h"

namespace missmodal::trainer {

SequenceEncoder::SequenceEncoder(std::int64_t input_width, const sweeps::ModelConfiguration& configuration,
                                 std::uint32_t owner)
    : width_(2 * configuration.hidden) {
  const std::int64_t hidden = configuration.hidden;
  const Initial initial = Initial::uniform(1 / std::sqrt(static_cast<double>(hidden)));
  for (const char* direction : {"", "_reverse"}) {
    lstm_.push_back(
        declare(fmt::format("lstm.weight_ih_l0{}", direction), {4 * hidden, input_width}, initial));
    lstm_.push_back(declare(fmt::format("lstm.weight_hh_l0{}", direction), {4 * hidden, hidden}, initial));
    lstm_.push_back(declare(fmt::format("lstm.bias_ih_l0{}", direction), {4 * hidden}, initial));
    lstm_.push_back(declare(fmt::format("lstm.bias_hh_l0{}", direction), {4 * hidden}, initial));
  }
  for (int layer = 0; layer < configuration.layers; ++layer) {
    layers_.push_back(
        declare_layer(fmt::format("encoder.layers.{}", layer), configuration.feed_forward * width_));
  }
  options_.heads = configuration.heads;
  options_.attention_dropout = configuration.dropout;
  options_.activation_dropout = configuration.dropout;
  options_.hidden_dropout = configuration.dropout;
  options_.owner = owner;
}

TransformerParameters SequenceEncoder::declare_layer(const std::string& path, std::int64_t feed_forward) {
  TransformerParameters layer;
  // torch.nn.MultiheadAttention: Xavier over the stacked projection (fan in + fan out = 4 width), biases 0.
  const Initial xavier = Initial::uniform(std::sqrt(6.0 / static_cast<double>(4 * width_)));
  layer.in.push_back({declare(path + ".self_attn.in_proj_weight", {3 * width_, width_}, xavier),
                      declare(path + ".self_attn.in_proj_bias", {3 * width_}, Initial::constant(0))});
  const Initial out = Initial::uniform(1 / std::sqrt(static_cast<double>(width_)));
  layer.out = {declare(path + ".self_attn.out_proj.weight", {width_, width_}, out),
               declare(path + ".self_attn.out_proj.bias", {width_}, Initial::constant(0))};
  layer.linear1 = declare_linear(path + ".linear1", width_, feed_forward);
  layer.linear2 = declare_linear(path + ".linear2", feed_forward, width_);
  layer.norm1 = declare_norm(path + ".norm1", width_);
  layer.norm2 = declare_norm(path + ".norm2", width_);
  return layer;
}

torch::Tensor SequenceEncoder::encode_some(const torch::Tensor& rows, const RaggedLayout& layout,
                                           const DropoutStream& dropout) {
  torch::Tensor x = bilstm(rows, layout, lstm_);
  if (layers_.empty()) return layout.select(x, Rows::last);
  TransformerOptions options = options_;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    options.layer = static_cast<std::uint32_t>(layer);
    const Rows wanted = layer + 1 == layers_.size() ? Rows::last : Rows::all;
    x = transformer_layer(x, layout, wanted, layers_[layer], options, dropout);
  }
  return x;
}

}  // namespace missmodal::trainer
