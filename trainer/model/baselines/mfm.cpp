#include "trainer/model/baselines/mfm.h"

#include <fmt/format.h>

#include <string>

#include "trainer/model/baselines/gaussian_rows.h"
#include "trainer/model/baselines/loss_sum.h"
#include "trainer/model/losses.h"

namespace missmodal::trainer {
namespace {

constexpr std::uint32_t kMfmOwner = 3;   // fusion
constexpr std::uint32_t kMfmLayer = 16;  // of the first code's dropout; MfnEncoder's are below
constexpr std::uint32_t kMfmStream = 0;  // of the first code's draws
constexpr std::array<const char*, kMfmCodes> kCodeLetters{"l", "a", "v", "y"};  // the toolkit's

torch::Tensor mean_kernel(const torch::Tensor& x, const torch::Tensor& y) {
  const auto width = static_cast<double>(x.size(1));
  return (-(x.unsqueeze(1) - y.unsqueeze(0)).square().mean(2) / width).exp().mean();
}

}  // namespace

Mfm::Mfm(const MfmSizes& sizes) : sizes_(sizes) {
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string encoder = fmt::format("encoder_{}", kCodeLetters[i]);
    encoders_[i] =
        register_module(encoder + "_lstm", std::make_shared<Lstm>(sizes.mfn.features[i], sizes.codes[i]));
    to_code_[i] = declare_linear(encoder + ".fc1", sizes.codes[i], sizes.codes[i]);
  }
  mfn_ = register_module("mfn_encoder", std::make_shared<MfnEncoder>(sizes.mfn));
  to_code_[kMfmCommon] = declare_linear("last_to_zy_fc1", sizes.mfn.state(), sizes.codes[kMfmCommon]);
  for (std::size_t i = 0; i < kMfmCodes; ++i) {
    const std::string path = fmt::format("z{0}_to_f{0}_fc", kCodeLetters[i]);
    to_factor_[i] = {declare_linear(path + "1", sizes.codes[i], sizes.factors[i]),
                     declare_linear(path + "2", sizes.factors[i], sizes.factors[i])};
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string decoder = fmt::format("decoder_{}", kCodeLetters[i]);
    const std::int64_t hidden = sizes.factors[kMfmCommon] + sizes.factors[i];
    decoders_[i] = register_module(decoder + "_lstm", std::make_shared<LstmCell>(hidden, hidden));
    decoded_[i] = declare_linear(decoder + ".fc1", hidden, sizes.mfn.features[i]);
  }
  out_ = {declare_linear("fy_to_y_fc1", sizes.factors[kMfmCommon], sizes.factors[kMfmCommon]),
          declare_linear("fy_to_y_fc2", sizes.factors[kMfmCommon], 1)};
}

torch::Tensor Mfm::factor(std::size_t which, const torch::Tensor& code, const DropoutStream& dropout) const {
  const Factor& network = to_factor_[which];
  const DropoutLayer layer{kMfmOwner, kMfmLayer + static_cast<std::uint32_t>(which), 0};
  const torch::Tensor inner =
      dropout.apply(affine(code, network.first).relu(), layer, sizes_.code_dropout[which]);
  return affine(inner, network.second).relu();
}

MfmOutput Mfm::forward(const AlignedRows& aligned, const DropoutStream& dropout, Decode decode) {
  MfmOutput output;
  output.state = mfn_->last(aligned, dropout);
  output.codes[kMfmCommon] = affine(output.state, to_code_[kMfmCommon]);
  const torch::Tensor common = factor(kMfmCommon, output.codes[kMfmCommon], dropout);
  const DropoutLayer layer{kMfmOwner, kMfmLayer + kMfmCodes, 0};
  const torch::Tensor inner = dropout.apply(affine(common, out_[0]).relu(), layer, sizes_.out_dropout);
  output.predictions = affine(inner, out_[1]).squeeze(1);
  if (decode == Decode::no) return output;
  for (std::size_t i = 0; i < 3; ++i) {
    output.codes[i] = affine(encoders_[i]->last(aligned.rows[i], aligned.layout, dropout), to_code_[i]);
    output.decoder_inputs[i] = torch::cat({common, factor(i, output.codes[i], dropout)}, 1);
    output.reconstructions[i] =
        affine(decoders_[i]->unroll(output.decoder_inputs[i], aligned.layout), decoded_[i]);
  }
  return output;
}

torch::Tensor discrepancy(const torch::Tensor& codes, const torch::Tensor& draws) {
  return mean_kernel(codes, codes) + mean_kernel(draws, draws) - 2 * mean_kernel(codes, draws);
}

std::array<torch::Tensor, kMfmCodes> mfm_draws(const MfmSizes& sizes, std::uint64_t seed, std::int64_t step,
                                               std::int64_t utterances) {
  std::array<torch::Tensor, kMfmCodes> draws;
  for (std::uint32_t i = 0; i < kMfmCodes; ++i)
    draws[i] = gaussian_rows({seed, step, kMfmStream + i}, utterances, sizes.codes[i]);
  return draws;
}

Losses mfm_losses(const MfmOutput& output, const AlignedRows& aligned, const Batch& batch,
                  const std::array<torch::Tensor, kMfmCodes>& draws, const MfmWeights& weights,
                  const Group& group) {
  LossSum sum(group);
  sum.add_share("task", prediction_loss(output.predictions, batch.labels, batch.global_size));
  const torch::Tensor steps =
      group.sum(torch::full({1}, static_cast<double>(aligned.layout.rows()), batch.labels.options()));
  for (std::size_t i = 0; i < 3; ++i) {
    const torch::Tensor& frames = aligned.rows[i];
    const torch::Tensor squared = (output.reconstructions[i] - frames).square().sum();
    sum.add_share(fmt::format("mse_{}", kCodeLetters[i]), squared / (steps.squeeze(0) * frames.size(1)),
                  weights.reconstruction[i]);
  }
  for (std::size_t i = 0; i < kMfmCodes; ++i) {
    const torch::Tensor codes = group.gather(output.codes[i], 0, batch.shares);
    sum.add_whole(fmt::format("mmd_{}", kCodeLetters[i]), discrepancy(codes, draws[i].to(codes.options())),
                  weights.discrepancy);
  }
  return sum.losses();
}

}  // namespace missmodal::trainer
