#include "trainer/batch.h"

#include <algorithm>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

torch::Tensor row_of(const std::vector<float>& values) {
  return torch::tensor(values, torch::kFloat32);
}

}  // namespace

Collator::Collator(std::array<Normalization, 3> normalization, torch::Device device)
    : normalization_(std::move(normalization)), device_(device) {}

RaggedBatch Collator::gather(const Split& split, Modality modality,
                             std::span<const std::size_t> indices) const {
  const Sequences& sequences = split.of(modality);
  const auto width = static_cast<std::size_t>(sequences.width);
  RaggedBatch batch;
  std::int64_t total = 0;
  for (std::size_t i : indices) {
    batch.lengths.push_back(sequences.lengths[i]);
    total += sequences.lengths[i];
  }
  batch.rows = torch::empty({total, sequences.width}, torch::kFloat32);
  float* to = batch.rows.data_ptr<float>();
  for (std::size_t i : indices) {
    const auto first = static_cast<std::size_t>(sequences.offsets[i]) * width;
    const auto count = static_cast<std::size_t>(sequences.lengths[i]) * width;
    to = std::copy_n(sequences.frames.data() + first, count, to);
  }
  if (modality != Modality::text) {
    const Normalization& normalization = normalization_[static_cast<unsigned>(modality)];
    batch.rows.sub_(row_of(normalization.mean)).div_(row_of(normalization.std));
  }
  batch.rows = batch.rows.to(device_);
  return batch;
}

Batch Collator::collate(const Split& split, std::span<const std::size_t> indices) const {
  MISSMODAL_CHECK(!indices.empty());
  Batch batch;
  for (Modality modality : kModalities) {
    batch.sequences[static_cast<unsigned>(modality)] = gather(split, modality, indices);
  }
  const Sequences& text = split.of(Modality::text);
  batch.tokens.lengths = batch.of(Modality::text).lengths;
  batch.tokens.rows = torch::empty({batch.of(Modality::text).rows.size(0)}, torch::kInt64);
  auto* token = batch.tokens.rows.data_ptr<std::int64_t>();
  batch.labels = torch::empty({static_cast<std::int64_t>(indices.size())}, torch::kFloat32);
  auto* label = batch.labels.data_ptr<float>();
  for (std::size_t i : indices) {
    token = std::copy_n(split.tokens.data() + text.offsets[i], text.lengths[i], token);
    *label++ = split.labels[i];
  }
  batch.tokens.rows = batch.tokens.rows.to(device_);
  batch.labels = batch.labels.to(device_);
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
