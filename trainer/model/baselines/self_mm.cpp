#include "trainer/model/baselines/self_mm.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace missmodal::trainer {
namespace {

constexpr std::array<const char*, kSelfMmTasks> kSelfMmNames{"text", "audio", "video", "fusion"};

}  // namespace

SelfMm::SelfMm(const SelfMmSizes& sizes) : sizes_(sizes) {
  sizes_.vectors[0] = sizes.features[0];
  std::int64_t all = sizes.features[0];
  for (std::size_t i = 1; i < 3; ++i) {
    const std::string path = fmt::format("{}_model", kSelfMmNames[i]);
    lstms_[i] = register_module(path + "_rnn", std::make_shared<Lstm>(sizes.features[i], sizes.hidden[i]));
    projections_[i] = declare_linear(path + ".linear_1", sizes.hidden[i], sizes.vectors[i]);
    all += sizes.vectors[i];
  }
  for (std::size_t task = 0; task < kSelfMmTasks; ++task) {
    const std::string path = fmt::format("post_{}_layer_", kSelfMmNames[task]);
    const std::int64_t in = task == kSelfMmFused ? all : sizes_.vectors[task], width = sizes.head[task];
    heads_[task] = {declare_linear(path + "1", in, width), declare_linear(path + "2", width, width),
                    declare_linear(path + "3", width, 1)};
  }
}

torch::Tensor SelfMm::encode(Modality modality, const RaggedBatch& frames,
                             const DropoutStream& dropout) const {
  const auto index = static_cast<unsigned>(modality);
  const torch::Tensor last = lstms_[index]->last(frames.rows, frames.layout, dropout);
  return affine(dropout.apply(last, {index, 0, 0}, sizes_.dropout[index]), projections_[index]);
}

SelfMmOutput SelfMm::forward(const std::array<torch::Tensor, 3>& vectors,
                             const DropoutStream& dropout) const {
  SelfMmOutput output;
  for (std::uint32_t task = 0; task < kSelfMmTasks; ++task) {
    const torch::Tensor in =
        task == kSelfMmFused ? torch::cat(std::vector(vectors.begin(), vectors.end()), 1) : vectors[task];
    const auto& head = heads_[task];
    output.features[task] =
        affine(dropout.apply(in, {task, 1, 0}, sizes_.head_dropout[task]), head[0]).relu();
    output.predictions[task] = affine(affine(output.features[task], head[1]).relu(), head[2]).squeeze(1);
  }
  return output;
}

}  // namespace missmodal::trainer
