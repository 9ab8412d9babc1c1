#include "trainer/model/baselines/mult.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "trainer/model/baselines/aligned_rows.h"

namespace missmodal::trainer {
namespace {

constexpr std::array<const char*, 3> kMultLetters{"l", "a", "v"};  // the toolkit's, by Modality
constexpr std::array<std::array<std::size_t, 2>, 3> kMultOthers{{{1, 2}, {0, 2}, {0, 1}}};
constexpr std::uint32_t kMultAcross = 64;  // layers from one encoder's first to the next one's
constexpr DropoutLayer kMultTextDropout{0, 3 * kMultAcross, 0};
constexpr DropoutLayer kMultOutDropout{3, 0, 0};
constexpr int kFewestMemoryLayers = 3;

}  // namespace

Mult::Mult(const MultSizes& sizes) : sizes_(sizes) {
  const std::int64_t width = sizes.width;
  CrossModalOptions options{.width = width,
                            .heads = sizes.heads,
                            .layers = sizes.levels,
                            .relu_dropout = sizes.relu_dropout,
                            .residual_dropout = sizes.residual_dropout,
                            .embedding_dropout = sizes.embedding_dropout};
  for (std::uint32_t i = 0; i < 3; ++i) {
    const std::string letter = kMultLetters[i];
    const Initial initial =
        Initial::uniform(1 / std::sqrt(static_cast<double>(sizes.features[i] * sizes.kernels[i])));
    convolutions_[i] =
        declare("proj_" + letter + ".weight", {width, sizes.features[i], sizes.kernels[i]}, initial);
    options.owner = i;
    for (std::uint32_t j = 0; j < 2; ++j) {
      const std::size_t other = kMultOthers[i][j];
      options.attention_dropout = sizes.attention_dropout[other];
      options.first_layer = j * kMultAcross;
      across_[i][j] = register_module(fmt::format("trans_{}_with_{}", letter, kMultLetters[other]),
                                      std::make_shared<CrossModalTransformer>(options));
    }
    CrossModalOptions memory = options;
    memory.width = 2 * width;
    memory.layers = std::max(sizes.levels, kFewestMemoryLayers);
    memory.attention_dropout = sizes.attention_dropout[0];
    memory.first_layer = 2 * kMultAcross;
    memories_[i] =
        register_module("trans_" + letter + "_mem", std::make_shared<CrossModalTransformer>(memory));
  }
  residual_ = {declare_linear("proj1", 6 * width, 6 * width), declare_linear("proj2", 6 * width, 6 * width)};
  out_ = declare_linear("out_layer", 6 * width, 1);
}

RaggedBatch Mult::convolve(std::size_t modality, const RaggedBatch& frames) const {
  const torch::Tensor& weight = convolutions_[modality];
  const std::int64_t kernel = weight.size(2);
  if (frames.layout.batch() == 0) return {frames.rows.new_zeros({0, sizes_.width}), frames.layout};
  std::vector<std::int64_t> in, out;
  for (const std::int64_t length : frames.layout.lengths()) {
    in.push_back(std::max(length, kernel));
    out.push_back(in.back() - kernel + 1);
  }
  const RaggedLayout padded(in, frames.rows.device());
  const RaggedLayout layout(out, frames.rows.device());
  const torch::Tensor x = padded.pad(rows_under(padded, frames)).transpose(1, 2);
  return {layout.unpad(torch::conv1d(x, weight).transpose(1, 2)), layout};
}

MultOutput Mult::forward(const std::array<RaggedBatch, 3>& sequences, const DropoutStream& dropout) const {
  MultOutput output;
  for (std::size_t i = 0; i < 3; ++i) {
    RaggedBatch frames = sequences[i];
    if (i == 0)
      frames.rows =
          dropout.apply(frames.rows, frames.layout, Rows::all, kMultTextDropout, sizes_.text_dropout);
    output.convolved[i] = convolve(i, frames);
  }
  std::vector<torch::Tensor> last;
  for (std::size_t i = 0; i < 3; ++i) {
    const RaggedBatch& own = output.convolved[i];
    for (std::size_t j = 0; j < 2; ++j)
      output.across[i][j] = across_[i][j]->forward(own, output.convolved[kMultOthers[i][j]], dropout);
    const torch::Tensor seen = torch::cat({output.across[i][0], output.across[i][1]}, 1);
    output.memories[i] = memories_[i]->forward({seen, own.layout}, dropout);
    last.push_back(own.layout.select(output.memories[i], Rows::last));
  }
  output.last = torch::cat(last, 1);
  const torch::Tensor inner =
      dropout.apply(affine(output.last, residual_[0]).relu(), kMultOutDropout, sizes_.out_dropout);
  output.predictions = affine(affine(inner, residual_[1]) + output.last, out_).squeeze(1);
  return output;
}

}  // namespace missmodal::trainer
