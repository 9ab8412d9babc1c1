#include "trainer/data/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/character.h"
#include "trainer/data/dataset_layout.h"

namespace missmodal::trainer {
namespace {

using nlohmann::json;
using sweeps::SplitName;

// What a file of the first version must have, later ones may lack.
enum class Needed { every_split, some };

// {"train": [...], "valid": [...], "test": [...]} of strings.
std::array<std::vector<std::string>, 3> texts_by_split(const SafetensorsFile& file, const std::string& key,
                                                       Needed needed) {
  const std::string place = file.path().string() + ": __metadata__." + key;
  const json parsed = json::parse(file.metadata(key), nullptr, false);
  if (!parsed.is_object()) throw InputError(place, "is not a JSON object");
  std::array<std::vector<std::string>, 3> texts;
  for (const SplitName split : kSplits) {
    const std::string split_name(sweeps::name(split));
    if (!parsed.contains(split_name) && needed == Needed::some) continue;
    if (!parsed.contains(split_name) || !parsed[split_name].is_array()) {
      throw InputError(place, fmt::format("has no list '{}'", split_name));
    }
    for (const json& item : parsed[split_name]) {
      if (!item.is_string())
        throw InputError(place, fmt::format("{} holds something else than strings", split_name));
      texts[static_cast<unsigned>(split)].push_back(item.get<std::string>());
    }
    if (texts[static_cast<unsigned>(split)].empty() && needed == Needed::some)
      throw InputError(place, fmt::format("{} is an empty list", split_name));
  }
  return texts;
}

// (N) numbers within the scale.
std::span<const float> read_labels(const SafetensorsFile& file, const std::string& tensor, const Split& split,
                                   sweeps::LabelScale scale) {
  const std::string place = file.path().string() + ": " + tensor;
  const std::span<const float> labels = file.floats(tensor, 1);
  if (labels.size() != split.size())
    throw InputError(place, fmt::format("has {} labels for {} ids", labels.size(), split.size()));
  const float largest = sweeps::largest_label(scale);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!(std::abs(labels[i]) <= largest)) {
      throw InputError(place, fmt::format("utterance {} has the label {}, not in [-{}, {}]", split.ids[i],
                                          labels[i], largest, largest));
    }
  }
  return labels;
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

Split read_split(const SafetensorsFile& file, SplitName split_name, Split split, bool word_pieces,
                 sweeps::LabelScale scale) {
  const std::string prefix = std::string(sweeps::name(split_name)) + ".";
  const std::string place = file.path().string() + ": " + prefix;
  const auto is_there = [&](const std::string& tensor) { return file.tensors().contains(prefix + tensor); };
  if (is_there("labels")) split.labels = read_labels(file, prefix + "labels", split, scale);
  for (const Modality modality : kModalities) {
    const std::string key(name(modality));
    split.sequences[static_cast<unsigned>(modality)] = read_sequences(file, prefix + key, split.size());
    if (is_there(key + "_labels")) {
      split.unimodal_labels[static_cast<unsigned>(modality)] =
          read_labels(file, prefix + key + "_labels", split, scale);
    }
  }
  if (!word_pieces) return split;
  split.tokens = file.ints(prefix + "tokens", 1);
  if (static_cast<std::int64_t>(split.tokens.size()) != split.of(Modality::text).offsets.back()) {
    throw InputError(place + "tokens",
                     fmt::format("has {} word pieces for {} frames of text", split.tokens.size(),
                                 split.of(Modality::text).offsets.back()));
  }
  return split;
}

// Whether any split has this tensor.
bool in_any_split(const SafetensorsFile& file, std::string_view tensor) {
  return std::any_of(kSplits.begin(), kSplits.end(), [&](SplitName split) {
    return file.tensors().contains(fmt::format("{}.{}", sweeps::name(split), tensor));
  });
}

// Ids and transcripts, which say how many utterances a split has.
std::array<Split, 3> read_texts(const SafetensorsFile& file, Needed needed) {
  auto ids = texts_by_split(file, "ids", needed);
  std::array<std::vector<std::string>, 3> transcripts;
  if (needed == Needed::every_split || file.metadata().contains("transcripts"))
    transcripts = texts_by_split(file, "transcripts", needed);
  std::array<Split, 3> splits;
  for (const SplitName name : kSplits) {
    const auto s = static_cast<unsigned>(name);
    const std::string place = fmt::format("{}: {}", file.path().string(), sweeps::name(name));
    const bool all = needed == Needed::every_split;
    if (all) {
      const std::size_t labels = file.floats(fmt::format("{}.labels", sweeps::name(name)), 1).size();
      if (labels == 0) throw InputError(place + ".labels", "the split has no utterance");
      if (labels != ids[s].size())
        throw InputError(place + ".labels", fmt::format("has {} labels for {} ids", labels, ids[s].size()));
    }
    if (transcripts[s].size() != ids[s].size() && (all || !transcripts[s].empty())) {
      throw InputError(place,
                       fmt::format("has {} ids and {} transcripts", ids[s].size(), transcripts[s].size()));
    }
    splits[s].ids = std::move(ids[s]);
    splits[s].transcripts = std::move(transcripts[s]);
  }
  return splits;
}

// What a file may lack is not missed, so a name that is damaged must be.
void refuse_others(const SafetensorsFile& file, const DatasetLayout& layout) {
  std::set<std::string> known;
  for (SafetensorsWriter::Declaration& tensor : dataset_tensors(layout)) known.insert(std::move(tensor.name));
  for (const auto& [name, tensor] : file.tensors()) {
    if (!known.contains(name))
      throw InputError(fmt::format("{}: {}", file.path().string(), printable(name)),
                       "is no tensor of such a dataset");
  }
}

}  // namespace

float Split::label(std::size_t utterance) const {
  return labels.empty() ? std::numeric_limits<float>::quiet_NaN() : labels[utterance];
}

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
  if (version != kDatasetFormatVersion && version != kFirstFormatVersion) {
    throw InputError(place, fmt::format("has the format version {}, this program reads {} and {}: import the "
                                        "source again",
                                        version, kFirstFormatVersion, kDatasetFormatVersion));
  }
  const Needed needed = version == kFirstFormatVersion ? Needed::every_split : Needed::some;
  std::shared_ptr<Dataset> dataset(new Dataset(std::move(opened)));
  const SafetensorsFile& file = dataset->file_;
  if (needed == Needed::some) {
    const auto scale = sweeps::parse_label_scale(file.metadata("scale"));
    if (!scale) throw InputError(place + ": __metadata__.scale", "is neither 3 nor 1");
    dataset->scale_ = *scale;
    dataset->word_pieces_ = in_any_split(file, "tokens");
  }
  dataset->splits_ = read_texts(file, needed);
  const Split* first = nullptr;
  for (const SplitName name : kSplits) {
    const auto s = static_cast<unsigned>(name);
    if (!dataset->has(name)) continue;
    dataset->splits_[s] =
        read_split(file, name, std::move(dataset->splits_[s]), dataset->word_pieces_, dataset->scale_);
    if (first == nullptr) first = &dataset->splits_[s];
    for (const Modality modality : kModalities) {
      const int width = dataset->splits_[s].of(modality).width;
      dataset->widths_[static_cast<unsigned>(modality)] = first->of(modality).width;
      if (width == dataset->width(modality)) continue;
      throw InputError(
          fmt::format("{}: {}.{}", place, sweeps::name(name), missmodal::name(modality)),
          fmt::format("has the width {}, {} has {}", width,
                      sweeps::name(kSplits[static_cast<std::size_t>(first - dataset->splits_.data())]),
                      dataset->width(modality)));
    }
  }
  if (first == nullptr) throw InputError(place + ": __metadata__.ids", "has no split");
  if (needed == Needed::some) refuse_others(file, dataset->layout());
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

DatasetLayout Dataset::layout() const {
  DatasetLayout layout;
  layout.widths = widths_;
  layout.word_pieces = word_pieces_;
  for (const SplitName name : kSplits) {
    if (!has(name)) continue;
    const auto s = static_cast<unsigned>(name);
    layout.splits[s].utterances = static_cast<std::int64_t>(splits_[s].size());
    layout.splits[s].labels = !splits_[s].labels.empty();
    for (unsigned m = 0; m < kModalities.size(); ++m) {
      layout.splits[s].frames[m] = splits_[s].sequences[m].offsets.back();
      layout.splits[s].unimodal_labels[m] = !splits_[s].unimodal_labels[m].empty();
    }
  }
  return layout;
}

std::string Dataset::computed_sha256() const {
  ContentDigest digest;
  for (const SafetensorsWriter::Declaration& tensor : dataset_tensors(layout())) {
    digest.tensor(tensor.name, tensor.dtype, tensor.shape);
    const std::span<const std::byte> bytes = file_.tensor(tensor.name).bytes;
    digest.bytes(bytes.data(), bytes.size());
  }
  return digest.finish(file_.metadata("ids"), scale_);
}

}  // namespace missmodal::trainer
