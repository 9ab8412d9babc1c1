#include "trainer/data/dataset_layout.h"

#include <fmt/format.h>

#include "sweeps/subset.h"

namespace missmodal::trainer {

std::vector<SafetensorsWriter::Declaration> dataset_tensors(const DatasetLayout& layout) {
  std::vector<SafetensorsWriter::Declaration> tensors;
  for (const sweeps::SplitName split_name : kSplits) {
    const SplitSize& split = layout.splits[static_cast<unsigned>(split_name)];
    if (split.utterances == 0) continue;
    const std::string prefix = std::string(sweeps::name(split_name)) + ".";
    for (const Modality modality : kModalities) {
      const auto m = static_cast<unsigned>(modality);
      tensors.push_back(
          {prefix + std::string(name(modality)), DType::F32, {split.frames[m], layout.widths[m]}});
      if (modality == Modality::text && layout.word_pieces)
        tensors.push_back({prefix + "tokens", DType::I32, {split.frames[m]}});
    }
    for (const Modality modality : kModalities) {
      tensors.push_back({prefix + std::string(name(modality)) + "_lengths", DType::I32, {split.utterances}});
    }
    if (split.labels) tensors.push_back({prefix + "labels", DType::F32, {split.utterances}});
    for (const Modality modality : kModalities) {
      if (split.unimodal_labels[static_cast<unsigned>(modality)])
        tensors.push_back({prefix + std::string(name(modality)) + "_labels", DType::F32, {split.utterances}});
    }
  }
  return tensors;
}

void ContentDigest::tensor(const std::string& tensor_name, DType dtype,
                           const std::vector<std::int64_t>& shape) {
  const std::string line = fmt::format("{} {} {}\n", tensor_name, name(dtype), fmt::join(shape, ","));
  digest_.update(line.data(), line.size());
}

std::string ContentDigest::finish(std::string_view ids, sweeps::LabelScale scale) {
  digest_.update(ids.data(), ids.size());
  if (scale != sweeps::LabelScale::three) {
    const std::string line = fmt::format("\nscale {}\n", sweeps::name(scale));
    digest_.update(line.data(), line.size());
  }
  return hex(digest_.finish());
}

}  // namespace missmodal::trainer
