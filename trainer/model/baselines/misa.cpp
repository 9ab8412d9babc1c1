#include "trainer/model/baselines/misa.h"

#include <cmath>
#include <string>
#include <vector>

#include "trainer/model/baselines/loss_sum.h"

namespace missmodal::trainer {
namespace {

constexpr std::uint32_t kMisaOwner = 3;  // fusion
constexpr std::uint32_t kMisaTransformer = 0;
constexpr DropoutLayer kMisaHeadDropout{kMisaOwner, 1, 0};
constexpr int kMisaHeads = 2;
constexpr std::int64_t kMisaTokens = 6;
constexpr std::array<const char*, 3> kMisaLetters{"t", "a", "v"};  // the toolkit's, by Modality
constexpr std::array<std::size_t, 3> kMisaTokenOrder{0, 2, 1};
// What the toolkit calls the only layer of each private network.
constexpr std::array<const char*, 3> kMisaPrivate{"private_t.private_t_1", "private_a.private_a_3",
                                                  "private_v.private_v_1"};

torch::Tensor normed(const torch::Tensor& x, const LinearParameters& norm) {
  return torch::layer_norm(x, {x.size(-1)}, norm.weight, norm.bias);
}

torch::Tensor matched(const torch::Tensor& one, const torch::Tensor& other) {
  return (one - other).norm();
}

torch::Tensor unit_rows_centred(const torch::Tensor& rows) {
  const torch::Tensor centred = rows - rows.mean(0, /*keepdim=*/true);
  return centred / (centred.detach().norm(2, 1, /*keepdim=*/true) + 1e-6);
}

}  // namespace

Misa::Misa(const MisaSizes& sizes) : sizes_(sizes) {
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string letter = kMisaLetters[i];
    const std::int64_t features = sizes.features[i];
    if (i > 0) {
      Recurrence& recurrence = recurrences_[i];
      recurrence.first = register_module(letter + "rnn1", std::make_shared<BiLstm>(features, features));
      recurrence.norm = declare_norm(letter + "layer_norm", 2 * features);
      recurrence.second = register_module(letter + "rnn2", std::make_shared<BiLstm>(2 * features, features));
    }
    const std::string project = "project_" + letter + ".project_" + letter;
    splits_[i] = {declare_linear(project, i == 0 ? features : 4 * features, sizes.hidden),
                  declare_norm(project + "_layer_norm", sizes.hidden),
                  declare_linear(kMisaPrivate[i], sizes.hidden, sizes.hidden),
                  declare_linear("recon_" + letter + ".recon_" + letter + "_1", sizes.hidden, sizes.hidden)};
  }
  common_ = declare_linear("shared.shared_1", sizes.hidden, sizes.hidden);
  const std::string path = "transformer_encoder.layers.0.";
  const std::int64_t width = sizes.hidden;
  // torch.nn.MultiheadAttention: Xavier over the stacked projection, biases 0.
  const Initial xavier = Initial::uniform(std::sqrt(6.0 / static_cast<double>(4 * width)));
  const Initial out = Initial::uniform(1 / std::sqrt(static_cast<double>(width)));
  transformer_.in = {{declare(path + "self_attn.in_proj_weight", {3 * width, width}, xavier),
                      declare(path + "self_attn.in_proj_bias", {3 * width}, Initial::constant(0))}};
  transformer_.out = {declare(path + "self_attn.out_proj.weight", {width, width}, out),
                      declare(path + "self_attn.out_proj.bias", {width}, Initial::constant(0))};
  transformer_.linear1 = declare_linear(path + "linear1", width, sizes.feed_forward);
  transformer_.linear2 = declare_linear(path + "linear2", sizes.feed_forward, width);
  transformer_.norm1 = declare_norm(path + "norm1", width);
  transformer_.norm2 = declare_norm(path + "norm2", width);
  head_ = {declare_linear("fusion.fusion_layer_1", kMisaTokens * width, kMisaTokens / 2 * width),
           declare_linear("fusion.fusion_layer_3", kMisaTokens / 2 * width, 1)};
}

torch::Tensor Misa::utterance(Modality modality, const RaggedBatch& frames) const {
  const Recurrence& recurrence = recurrences_[static_cast<unsigned>(modality)];
  const torch::Tensor first = recurrence.first->states(frames.rows, frames.layout);
  const torch::Tensor second = recurrence.second->states(normed(first, recurrence.norm), frames.layout);
  const BiLstm::Ends one = BiLstm::ends(first, frames.layout);
  const BiLstm::Ends two = BiLstm::ends(second, frames.layout);
  return torch::cat({one.forward, two.forward, one.backward, two.backward}, 1);
}

MisaOutput Misa::forward(const std::array<torch::Tensor, 3>& utterances, const DropoutStream& dropout) {
  MisaOutput output;
  output.utterances = utterances;
  for (std::size_t i = 0; i < 3; ++i) {
    const Split& split = splits_[i];
    output.projections[i] = normed(affine(utterances[i], split.projection).relu(), split.norm);
    output.privates[i] = affine(output.projections[i], split.own).sigmoid();
    output.shared[i] = affine(output.projections[i], common_).sigmoid();
    output.reconstructions[i] = affine(output.privates[i] + output.shared[i], split.reconstruction);
  }
  std::vector<torch::Tensor> tokens;
  for (const auto* part : {&output.privates, &output.shared}) {
    for (const std::size_t i : kMisaTokenOrder) tokens.push_back((*part)[i]);
  }
  output.tokens = torch::stack(tokens, 1);
  const std::int64_t batch = output.tokens.size(0);
  output.fused = mixed(output.tokens, dropout).view({batch, kMisaTokens * sizes_.hidden});
  const torch::Tensor inner =
      dropout.apply(affine(output.fused, head_[0]), kMisaHeadDropout, sizes_.dropout).relu();
  output.predictions = affine(inner, head_[1]).squeeze(1);
  return output;
}

torch::Tensor Misa::mixed(const torch::Tensor& tokens, const DropoutStream& dropout) const {
  const std::int64_t batch = tokens.size(0);
  if (batch == 0) return tokens;
  const RaggedLayout layout(std::vector<std::int64_t>(static_cast<std::size_t>(batch), kMisaTokens),
                            tokens.device());
  const TransformerOptions options{.heads = kMisaHeads,
                                   .attention_dropout = sizes_.transformer_dropout,
                                   .activation_dropout = sizes_.transformer_dropout,
                                   .hidden_dropout = sizes_.transformer_dropout,
                                   .owner = kMisaOwner,
                                   .layer = kMisaTransformer};
  return transformer_layer(tokens.view({batch * kMisaTokens, sizes_.hidden}), layout, Rows::all, transformer_,
                           options, dropout);
}

torch::Tensor soft_orthogonality(const torch::Tensor& one, const torch::Tensor& other) {
  return unit_rows_centred(one).t().mm(unit_rows_centred(other)).square().mean();
}

torch::Tensor central_moment_discrepancy(const torch::Tensor& one, const torch::Tensor& other) {
  const torch::Tensor mean_one = one.mean(0), mean_other = other.mean(0);
  const torch::Tensor centred_one = one - mean_one, centred_other = other - mean_other;
  torch::Tensor sum = matched(mean_one, mean_other);
  for (int order = 2; order <= 5; ++order)
    sum = sum + matched(centred_one.pow(order).mean(0), centred_other.pow(order).mean(0));
  return sum;
}

Losses misa_losses(const MisaOutput& output, const Batch& batch, const MisaWeights& weights,
                   const Group& group) {
  LossSum sum(group);
  sum.add_share("task", (output.predictions - batch.labels).square().sum() / batch.global_size);
  torch::Tensor squared;
  for (std::size_t i = 0; i < 3; ++i) {
    const torch::Tensor distance = (output.reconstructions[i] - output.projections[i]).square().sum();
    squared = i == 0 ? distance : squared + distance;
  }
  const torch::Tensor all = group.gather(output.tokens, 0, batch.shares);
  const auto own = all.narrow(1, 0, 3).unbind(1);
  const auto common = all.narrow(1, 3, 3).unbind(1);
  torch::Tensor difference = soft_orthogonality(own[0], common[0]);
  for (std::size_t i = 1; i < 3; ++i) difference = difference + soft_orthogonality(own[i], common[i]);
  torch::Tensor discrepancy;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t next = (i + 1) % 3;
    difference = difference + soft_orthogonality(own[i], own[next]);
    const torch::Tensor pair = central_moment_discrepancy(common[i], common[next]);
    discrepancy = i == 0 ? pair : discrepancy + pair;
  }
  sum.add_whole("diff", difference, weights.difference);
  sum.add_whole("cmd", discrepancy / 3, weights.similarity);
  sum.add_share("recon", squared / (3 * batch.global_size * output.tokens.size(2)), weights.reconstruction);
  return sum.losses();
}

}  // namespace missmodal::trainer
