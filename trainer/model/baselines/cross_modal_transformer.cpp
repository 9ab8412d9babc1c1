#include "trainer/model/baselines/cross_modal_transformer.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace missmodal::trainer {
namespace {

// Where dropout acts in a layer; one head of the attention is a place, from kHeads on.
enum Place : std::uint32_t { kBehindAttention, kInside, kBehindFeedForward, kHeads };
// In the layer of the embeddings.
enum EmbeddingPlace : std::uint32_t { kQueries, kKeys };

torch::Tensor normalised(const torch::Tensor& x, const LinearParameters& norm) {
  return torch::layer_norm(x, {x.size(1)}, norm.weight, norm.bias);
}

// (batch, 1, longest query, longest key): keys behind the utterance's end, or later than the query may look.
torch::Tensor unseen_keys(const RaggedLayout& queries, const RaggedLayout& keys, torch::Device device) {
  std::vector<std::int64_t> offsets;
  for (std::size_t i = 0; i < queries.lengths().size(); ++i)
    offsets.push_back(std::abs(queries.lengths()[i] - keys.lengths()[i]));
  const torch::Tensor last = torch::arange(queries.longest(), device).view({1, -1, 1}) +
                             torch::tensor(offsets).to(device).view({-1, 1, 1});
  const torch::Tensor later = torch::arange(keys.longest(), device).view({1, 1, -1}) > last;
  return later.logical_or(keys.padding().unsqueeze(1)).unsqueeze(1);
}

}  // namespace

CrossModalTransformer::CrossModalTransformer(const CrossModalOptions& options) : options_(options) {
  const std::int64_t width = options.width;
  const auto xavier = [](std::int64_t in, std::int64_t out) {
    return Initial::uniform(std::sqrt(6.0 / static_cast<double>(in + out)));
  };
  const auto declare_xavier = [&](const std::string& path, std::int64_t in, std::int64_t out) {
    return LinearParameters{declare(path + ".weight", {out, in}, xavier(in, out)),
                            declare(path + ".bias", {out}, Initial::constant(0))};
  };
  for (int i = 0; i < options.layers; ++i) {
    const std::string path = fmt::format("layers.{}.", i);
    Layer layer;
    layer.in_weight =
        declare(path + "self_attn.in_proj_weight", {3 * width, width}, xavier(width, 3 * width));
    layer.in_bias = declare(path + "self_attn.in_proj_bias", {3 * width}, Initial::constant(0));
    layer.out = declare_xavier(path + "self_attn.out_proj", width, width);
    layer.attention_norm = declare_norm(path + "layer_norms.0", width);
    layer.fc1 = declare_xavier(path + "fc1", width, 4 * width);
    layer.fc2 = declare_xavier(path + "fc2", 4 * width, width);
    layer.feed_forward_norm = declare_norm(path + "layer_norms.1", width);
    layers_.push_back(layer);
  }
  norm_ = declare_norm("layer_norm", width);
}

torch::Tensor CrossModalTransformer::attend(const torch::Tensor& queries, const RaggedLayout& layout,
                                            const torch::Tensor& keys, const RaggedLayout& key_layout,
                                            const torch::Tensor& unseen, std::uint32_t number,
                                            const DropoutStream& dropout) const {
  const Layer& layer = layers_[number];
  const std::int64_t width = options_.width, heads = options_.heads, each = width / heads;
  const std::int64_t batch = layout.batch(), steps = layout.longest(), key_steps = key_layout.longest();
  const auto part = [&](const torch::Tensor& x, std::int64_t first, std::int64_t count) {
    return torch::linear(x, layer.in_weight.narrow(0, first * width, count * width),
                         layer.in_bias.narrow(0, first * width, count * width));
  };
  const auto by_head = [&](const torch::Tensor& rows, const RaggedLayout& its) {
    return its.pad(rows).view({batch, its.longest(), heads, each}).transpose(1, 2);
  };
  const auto pair = part(keys, 1, 2).split(width, 1);
  const torch::Tensor q = by_head(part(queries, 0, 1) / std::sqrt(static_cast<double>(each)), layout);
  torch::Tensor weights = torch::matmul(q, by_head(pair[0], key_layout).transpose(2, 3))
                              .masked_fill(unseen, -std::numeric_limits<double>::infinity())
                              .softmax(3);
  if (dropout.active(options_.attention_dropout)) {
    // By query row and key column, so that no padding changes a factor.
    const torch::Tensor ones = torch::ones({layout.rows(), key_steps}, queries.options());
    std::vector<torch::Tensor> factors;
    for (std::uint32_t head = 0; head < heads; ++head) {
      const DropoutLayer place{options_.owner, options_.first_layer + number, kHeads + head};
      factors.push_back(
          layout.pad(dropout.apply(ones, layout, Rows::all, place, options_.attention_dropout)));
    }
    weights = weights * torch::stack(factors, 1);
  }
  const torch::Tensor mixed =
      torch::matmul(weights, by_head(pair[1], key_layout)).transpose(1, 2).reshape({batch, steps, width});
  return affine(layout.unpad(mixed), layer.out);
}

torch::Tensor CrossModalTransformer::run(const torch::Tensor& queries, const RaggedLayout& layout,
                                         const torch::Tensor* keys, const RaggedLayout& key_layout,
                                         const DropoutStream& dropout) const {
  const auto embed = [&](const torch::Tensor& x, const RaggedLayout& its, EmbeddingPlace which) {
    const DropoutLayer place{options_.owner,
                             options_.first_layer + static_cast<std::uint32_t>(options_.layers), which};
    return dropout.apply(x * std::sqrt(static_cast<double>(options_.width)), its, Rows::all, place,
                         options_.embedding_dropout);
  };
  const auto drop = [&](const torch::Tensor& x, std::uint32_t number, Place which, double probability) {
    return dropout.apply(x, layout, Rows::all, {options_.owner, options_.first_layer + number, which},
                         probability);
  };
  torch::Tensor x = embed(queries, layout, kQueries);
  const torch::Tensor others = keys != nullptr ? embed(*keys, key_layout, kKeys) : torch::Tensor();
  const torch::Tensor unseen = unseen_keys(layout, key_layout, x.device());
  for (std::uint32_t number = 0; number < layers_.size(); ++number) {
    const Layer& layer = layers_[number];
    const torch::Tensor from = normalised(x, layer.attention_norm);
    const torch::Tensor to = keys != nullptr ? normalised(others, layer.attention_norm) : from;
    const torch::Tensor mixed = attend(from, layout, to, key_layout, unseen, number, dropout);
    x = x + drop(mixed, number, kBehindAttention, options_.residual_dropout);
    const torch::Tensor inner = drop(affine(normalised(x, layer.feed_forward_norm), layer.fc1).relu(), number,
                                     kInside, options_.relu_dropout);
    x = x + drop(affine(inner, layer.fc2), number, kBehindFeedForward, options_.residual_dropout);
  }
  return normalised(x, norm_);
}

torch::Tensor CrossModalTransformer::forward(const RaggedBatch& queries, const RaggedBatch& keys,
                                             const DropoutStream& dropout) const {
  if (queries.layout.batch() == 0) return queries.rows;
  return run(queries.rows, queries.layout, &keys.rows, keys.layout, dropout);
}

torch::Tensor CrossModalTransformer::forward(const RaggedBatch& queries, const DropoutStream& dropout) const {
  if (queries.layout.batch() == 0) return queries.rows;
  return run(queries.rows, queries.layout, nullptr, queries.layout, dropout);
}

}  // namespace missmodal::trainer
