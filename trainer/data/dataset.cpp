#include "trainer/data/dataset.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/dataset_layout.h"

namespace missmodal::trainer {
namespace {

using nlohmann::json;
using sweeps::SplitName;

// {"train": [...], "valid": [...], "test": [...]} of strings.
std::array<std::vector<std::string>, 3> texts_by_split(const SafetensorsFile& file, const std::string& key) {
  const std::string place = file.path().string() + ": __metadata__." + key;
  const json parsed = json::parse(file.metadata(key), nullptr, false);
  if (!parsed.is_object()) throw InputError(place, "is not a JSON object");
  std::array<std::vector<std::string>, 3> texts;
  for (const SplitName split : kSplits) {
    const std::string split_name(sweeps::name(split));
    if (!parsed.contains(split_name) || !parsed[split_name].is_array()) {
      throw InputError(place, fmt::format("has no list '{}'", split_name));
    }
    for (const json& item : parsed[split_name]) {
      if (!item.is_string())
        throw InputError(place, fmt::format("{} holds something else than strings", split_name));
      texts[static_cast<unsigned>(split)].push_back(item.get<std::string>());
    }
  }
  return texts;
}

Sequences read_sequences(const SafetensorsFile& file, const std::string& tensor, std::size_t utterances) {
  const std::string place = file.path().string() + ": " + tensor;
  Sequences sequences;
  sequences.frames = file.floats(tensor, 2);
  const std::vector<std::int64_t>& shape = file.tensor(tensor).shape;
  constexpr std::int64_t kWidest = 1 << 20;
  if (shape[1] < 1 || shape[1] > kWidest) throw InputError(place, fmt::format("has the width {}", shape[1]));
  sequences.width = static_cast<int>(shape[1]);
  sequences.lengths = file.ints(tensor + "_lengths", 1);
  if (sequences.lengths.size() != utterances) {
    throw InputError(place + "_lengths",
                     fmt::format("has {} lengths for {} utterances", sequences.lengths.size(), utterances));
  }
  sequences.offsets.reserve(utterances + 1);
  sequences.offsets.push_back(0);
  for (std::size_t i = 0; i < utterances; ++i) {
    const std::int32_t length = sequences.lengths[i];
    if (length < 1)
      throw InputError(place + "_lengths", fmt::format("utterance {} has the length {}", i, length));
    sequences.offsets.push_back(sequences.offsets.back() + length);
  }
  if (sequences.offsets.back() != shape[0]) {
    throw InputError(place, fmt::format("has {} frames, but its lengths add up to {}", shape[0],
                                        sequences.offsets.back()));
  }
  return sequences;
}

Split read_split(const SafetensorsFile& file, SplitName split_name, std::vector<std::string> ids,
                 std::vector<std::string> transcripts) {
  const std::string prefix = std::string(sweeps::name(split_name)) + ".";
  const std::string place = file.path().string() + ": " + prefix;
  Split split;
  split.labels = file.floats(prefix + "labels", 1);
  const std::size_t utterances = split.labels.size();
  if (utterances == 0) throw InputError(place + "labels", "the split has no utterance");
  if (ids.size() != utterances || transcripts.size() != utterances) {
    throw InputError(place + "labels", fmt::format("has {} labels for {} ids and {} transcripts", utterances,
                                                   ids.size(), transcripts.size()));
  }
  for (std::size_t i = 0; i < utterances; ++i) {
    if (!(std::abs(split.labels[i]) <= 3.0F)) {
      throw InputError(place + "labels",
                       fmt::format("utterance {} has the label {}, not in [-3, 3]", ids[i], split.labels[i]));
    }
  }
  split.ids = std::move(ids);
  split.transcripts = std::move(transcripts);
  for (const Modality modality : kModalities) {
    split.sequences[static_cast<unsigned>(modality)] =
        read_sequences(file, prefix + std::string(name(modality)), utterances);
  }
  split.tokens = file.ints(prefix + "tokens", 1);
  if (static_cast<std::int64_t>(split.tokens.size()) != split.of(Modality::text).offsets.back()) {
    throw InputError(place + "tokens",
                     fmt::format("has {} word pieces for {} frames of text", split.tokens.size(),
                                 split.of(Modality::text).offsets.back()));
  }
  return split;
}

}  // namespace

std::shared_ptr<const Dataset> Dataset::open(const std::filesystem::path& path) {
  SafetensorsFile opened(path);
  const std::string place = path.string();
  if (!opened.metadata().contains("format_version")) {
    const auto format = opened.metadata().find("format");
    const bool checkpoint =
        format != opened.metadata().end() && format->second.starts_with("missmodal-checkpoint");
    throw InputError(place, checkpoint
                                ? "is a checkpoint, not a dataset"
                                : "is not a dataset of missmodal: __metadata__ has no 'format_version'");
  }
  const std::string& version = opened.metadata("format_version");
  if (version != kDatasetFormatVersion) {
    throw InputError(place,
                     fmt::format("has the format version {}, this program reads {}: import the source again",
                                 version, kDatasetFormatVersion));
  }
  std::shared_ptr<Dataset> dataset(new Dataset(std::move(opened)));
  const SafetensorsFile& file = dataset->file_;
  auto ids = texts_by_split(file, "ids");
  auto transcripts = texts_by_split(file, "transcripts");
  for (const SplitName name : kSplits) {
    const auto s = static_cast<unsigned>(name);
    dataset->splits_[s] = read_split(file, name, std::move(ids[s]), std::move(transcripts[s]));
    for (const Modality modality : kModalities) {
      const int width = dataset->splits_[s].of(modality).width;
      if (width == dataset->width(modality)) continue;
      throw InputError(fmt::format("{}: {}.{}", place, sweeps::name(name), missmodal::name(modality)),
                       fmt::format("has the width {}, train has {}", width, dataset->width(modality)));
    }
  }
  dataset->content_sha256_ = file.metadata("content_sha256");
  if (dataset->content_sha256_.size() != 64 ||
      dataset->content_sha256_.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw InputError(place + ": __metadata__.content_sha256", "is no SHA-256 in hexadecimal");
  }
  dataset->label_ = file.metadata("label");
  dataset->report_ = file.metadata("report");
  if (!json::accept(dataset->report_)) throw InputError(place + ": __metadata__.report", "is not JSON");
  const std::string& synthetic = file.metadata("synthetic");
  if (synthetic != "true" && synthetic != "false") {
    throw InputError(place + ": __metadata__.synthetic", "is neither true nor false");
  }
  dataset->synthetic_ = synthetic == "true";
  return dataset;
}

std::string Dataset::title() const {
  return label_.empty() ? file_.path().stem().string() : label_;
}

std::string Dataset::computed_sha256() const {
  DatasetLayout layout;
  for (const SplitName name : kSplits) {
    const auto s = static_cast<unsigned>(name);
    layout.splits[s].utterances = static_cast<std::int64_t>(splits_[s].size());
    for (unsigned m = 0; m < kModalities.size(); ++m) {
      layout.splits[s].frames[m] = splits_[s].sequences[m].offsets.back();
      layout.widths[m] = splits_[0].sequences[m].width;
    }
  }
  ContentDigest digest;
  for (const SafetensorsWriter::Declaration& tensor : dataset_tensors(layout)) {
    digest.tensor(tensor.name, tensor.dtype, tensor.shape);
    const std::span<const std::byte> bytes = file_.tensor(tensor.name).bytes;
    digest.bytes(bytes.data(), bytes.size());
  }
  return digest.finish(file_.metadata("ids"));
}

}  // namespace missmodal::trainer
