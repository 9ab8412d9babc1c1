#include "trainer/batch.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace missmodal::trainer {
namespace {

torch::Tensor row_of(const std::vector<float>& values) {
  return torch::tensor(values, torch::kFloat32);
}

}  // namespace

Collator::Collator(std::array<Normalization, 3> normalization, torch::TensorOptions options, TextInput text)
    : normalization_(std::move(normalization)),
      device_(options.device()),
      type_(c10::typeMetaToScalarType(options.dtype())),
      text_(text) {}

torch::Tensor Collator::sent(const torch::Tensor& floats) const {
  const torch::Tensor values = floats.to(type_);
  return (device_.is_cuda() ? values.pin_memory() : values).to(device_, /*non_blocking=*/true);
}

torch::Tensor Collator::gather(const Split& split, Modality modality,
                               std::span<const std::size_t> indices) const {
  const Sequences& sequences = split.of(modality);
  const auto width = static_cast<std::size_t>(sequences.width);
  std::int64_t total = 0;
  for (std::size_t i : indices) total += sequences.lengths[i];
  const torch::Tensor rows = torch::empty({total, sequences.width}, torch::kFloat32);
  float* to = rows.data_ptr<float>();
  for (std::size_t i : indices) {
    const auto first = static_cast<std::size_t>(sequences.offsets[i]) * width;
    const auto count = static_cast<std::size_t>(sequences.lengths[i]) * width;
    to = std::copy_n(sequences.frames.data() + first, count, to);
  }
  if (modality != Modality::text) {
    const Normalization& normalization = normalization_[static_cast<unsigned>(modality)];
    rows.sub_(row_of(normalization.mean)).div_(row_of(normalization.std));
  }
  return sent(rows);
}

Batch Collator::collate(const Split& split, std::span<const std::size_t> indices) const {
  return collate(split, indices, shares(split, indices, 1), 0);
}

Shares Collator::shares(const Split& split, std::span<const std::size_t> indices, int members) const {
  std::vector<std::int64_t> weights;
  for (const std::size_t i : indices) {
    std::int64_t weight = 0;
    for (const Modality modality : kModalities) {
      if (modality == Modality::text || text_ != TextInput::word_pieces)
        weight += split.of(modality).lengths[i];
    }
    weights.push_back(weight);
  }
  return {weights, members};
}

Batch Collator::collate(const Split& split, std::span<const std::size_t> indices, Shares shares,
                        int place) const {
  const Share share = shares.of(place);
  const auto own =
      indices.subspan(static_cast<std::size_t>(share.first), static_cast<std::size_t>(share.count));
  Batch batch;
  batch.first_sample = share.first;
  batch.global_size = shares.total();
  batch.shares = std::move(shares);
  IndexPack pack;
  for (Modality modality : kModalities) {
    RaggedBatch& ragged = batch.sequences[static_cast<unsigned>(modality)];
    std::vector<std::int64_t> lengths;
    for (std::size_t i : own) lengths.push_back(split.of(modality).lengths[i]);
    ragged.layout = RaggedLayout(std::move(lengths), pack);
    ragged.rows =
        modality == Modality::text && text_ == TextInput::word_pieces
            ? torch::empty({0, split.of(modality).width}, torch::TensorOptions(device_).dtype(type_))
            : gather(split, modality, own);
  }
  const Sequences& text = split.of(Modality::text);
  std::vector<std::int64_t> tokens;
  torch::Tensor labels = torch::empty({share.count}, torch::kFloat32);
  auto* label = labels.data_ptr<float>();
  for (std::size_t i : own) {
    if (split.tokens.empty()) {  // none that a model could read: it reads word vectors
      tokens.insert(tokens.end(), static_cast<std::size_t>(text.lengths[i]), 0);
    } else {
      const auto first = split.tokens.begin() + text.offsets[i];
      tokens.insert(tokens.end(), first, first + text.lengths[i]);
    }
    *label++ = split.label(i);
  }
  batch.tokens.layout = batch.of(Modality::text).layout;
  pack.add(tokens, batch.tokens.rows);
  pack.add({own.begin(), own.end()}, batch.utterances);
  pack.send(device_);
  batch.labels = sent(labels);
  return batch;
}

std::array<Normalization, 3> normalization_of(const Dataset& dataset, sweeps::Normalize normalize) {
  std::array<Normalization, 3> result;
  for (Modality modality : kModalities) {
    const bool scaled = modality != Modality::text && normalize == sweeps::Normalize::zscore;
    result[static_cast<unsigned>(modality)] =
        scaled ? zscore(dataset.split(sweeps::SplitName::train).of(modality))
               : identity(dataset.width(modality));
  }
  return result;
}

Widths widths_of(const Dataset& dataset) {
  return {dataset.width(Modality::text), dataset.width(Modality::audio), dataset.width(Modality::vision)};
}

}  // namespace missmodal::trainer
