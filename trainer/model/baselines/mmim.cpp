#include "trainer/model/baselines/mmim.h"

#include <cmath>
#include <string>
#include <vector>

#include "trainer/model/baselines/loss_sum.h"
#include "trainer/model/losses.h"

namespace missmodal::trainer {
namespace {

constexpr DropoutLayer kMmimFusionDropout{3, 0, 0};
constexpr std::array<const char*, 3> kMmimLetters{"t", "a", "v"};  // the toolkit's, by Modality
constexpr std::array<const char*, 3> kMmimEncoders{"", "acoustic_enc", "visual_enc"};

torch::Tensor mlp(const torch::Tensor& x, const std::array<LinearParameters, 2>& layers) {
  return affine(affine(x, layers[0]).relu(), layers[1]);
}

// The own share of the mean over the global batch.
torch::Tensor likelihood(const MmimOutput& output, const Batch& batch) {
  torch::Tensor sum;
  for (std::size_t i = 1; i < 3; ++i) {
    const MmimPair& pair = output.pairs[i];
    const torch::Tensor one =
        -((pair.mean - output.vectors[i]).square() / (2 * pair.log_variance.exp())).sum() / batch.global_size;
    sum = sum.defined() ? sum + one : one;
  }
  return sum;
}

}  // namespace

Mmim::Mmim(const MmimSizes& sizes) : sizes_(sizes) {
  sizes_.vectors[0] = sizes.features[0];
  const std::int64_t text = sizes.features[0];
  std::int64_t all = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string letter = kMmimLetters[i];
    const std::int64_t width = sizes_.vectors[i];
    all += width;
    guesses_[i] = declare_linear("cpc_z" + letter + ".net", sizes.fused, width);
    if (i == 0) continue;
    const std::string encoder = kMmimEncoders[i];
    lstms_[i] =
        register_module(encoder + "_rnn", std::make_shared<BiLstm>(sizes.features[i], sizes.hidden[i]));
    projections_[i] = declare_linear(encoder + ".linear_1", 2 * sizes.hidden[i], width);
    const std::string pair = "mi_t" + letter;
    pairs_[i] = {
        {declare_linear(pair + ".mlp_mu.0", text, width), declare_linear(pair + ".mlp_mu.2", width, width)},
        {declare_linear(pair + ".mlp_logvar.0", text, width),
         declare_linear(pair + ".mlp_logvar.2", width, width)},
        declare_linear(pair + ".entropy_prj.0", width, width / 4)};
  }
  fusion_ = {declare_linear("fusion_prj.linear_1", all, sizes.fused),
             declare_linear("fusion_prj.linear_2", sizes.fused, sizes.fused),
             declare_linear("fusion_prj.linear_3", sizes.fused, 1)};
}

bool Mmim::is_estimator(const std::string& parameter) {
  return parameter.find("mi_t") != std::string::npos;
}

torch::Tensor Mmim::encode(Modality modality, const RaggedBatch& frames) const {
  const auto index = static_cast<unsigned>(modality);
  const BiLstm::Ends ends = BiLstm::ends(lstms_[index]->states(frames.rows, frames.layout), frames.layout);
  return affine(torch::cat({ends.forward, ends.backward}, 1), projections_[index]);
}

MmimOutput Mmim::forward(const std::array<torch::Tensor, 3>& vectors, const DropoutStream& dropout) const {
  MmimOutput output;
  output.vectors = vectors;
  for (std::size_t i = 1; i < 3; ++i) {
    output.pairs[i] = {mlp(vectors[0], pairs_[i].mean), mlp(vectors[0], pairs_[i].log_variance)};
    output.reduced[i] = affine(vectors[i], pairs_[i].reduction).tanh();
  }
  const torch::Tensor all = torch::cat(std::vector(vectors.begin(), vectors.end()), 1);
  const torch::Tensor inner =
      affine(dropout.apply(all, kMmimFusionDropout, sizes_.fusion_dropout), fusion_[0]).tanh();
  output.fused = affine(inner, fusion_[1]).tanh();
  output.predictions = affine(output.fused, fusion_[2]).squeeze(1);
  for (std::size_t i = 0; i < 3; ++i) output.guessed[i] = affine(output.fused, guesses_[i]);
  return output;
}

torch::Tensor contrast(const torch::Tensor& vectors, const torch::Tensor& guessed) {
  const torch::Tensor x = unit_rows(vectors), g = unit_rows(guessed);
  return (x.mm(g.t()).logsumexp(1) - (x * g).sum(1)).mean();
}

Losses mmim_estimator_losses(const MmimOutput& output, const Batch& batch, const Group& group) {
  LossSum sum(group);
  sum.add_share("lld", likelihood(output, batch), -1);
  return sum.losses();
}

Losses mmim_losses(const MmimOutput& output, const Batch& batch, MmimMemory& memory, Entropy entropy,
                   const MmimWeights& weights, const Group& group) {
  LossSum sum(group);
  sum.add_share("task", prediction_loss(output.predictions, batch.labels, batch.global_size));
  std::vector<torch::Tensor> own;
  std::vector<std::int64_t> widths;
  const auto add = [&](const torch::Tensor& rows) {
    own.push_back(rows);
    widths.push_back(rows.size(1));
  };
  for (const torch::Tensor& rows : output.vectors) add(rows);
  for (const torch::Tensor& rows : output.guessed) add(rows);
  add(output.reduced[1]);
  add(output.reduced[2]);
  add(batch.labels.unsqueeze(1));
  const auto all = group.gather(torch::cat(own, 1), 0, batch.shares).split_with_sizes(widths, 1);
  torch::Tensor nce = contrast(all[0], all[3]);
  for (std::size_t i = 1; i < 3; ++i) nce = nce + contrast(all[i], all[3 + i]);
  sum.add_whole("nce", nce, weights.contrast);
  sum.add_share("lld", likelihood(output, batch), -weights.bound);
  const torch::Tensor labels = all[8].squeeze(1);
  // The same parameters have a gradient in every batch.
  torch::Tensor both = (all[6].sum() + all[7].sum()) * 0;
  if (entropy == Entropy::with_memory) {
    both = memory.entropy(Modality::audio, all[6], labels) + memory.entropy(Modality::vision, all[7], labels);
  }
  sum.add_whole("entropy", both, -weights.bound);
  memory.remember(std::array{torch::Tensor(), all[6], all[7]}, labels);
  return sum.losses();
}

}  // namespace missmodal::trainer
