#include "trainer/data/tuples/tuples_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/subset.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/pickle/pickle_column.h"
#include "trainer/data/source/keyed_dict.h"
#include "trainer/data/source/split_dicts.h"

namespace missmodal::trainer {
namespace {

constexpr std::string_view kExpected = "expected ((words, vision, audio), label, segment)";

// The entries of a list or a tuple of at least `count`.
const std::vector<PickleNode>& parts(const PickleTree& tree, PickleNode node, std::size_t count,
                                     const std::string& place) {
  const std::vector<PickleNode>* nodes = entries_of(tree, node);
  if (nodes == nullptr)
    throw InputError(place, fmt::format("is {}, {}", kind_name(tree.at(node)), kExpected));
  if (nodes->size() < count)
    throw InputError(place, fmt::format("has {} parts, {}", nodes->size(), kExpected));
  return *nodes;
}

// Of an array; nothing of a list, whose words count themselves.
std::uint64_t stored_bytes(const PickleTree& tree, PickleNode node) {
  const auto* array = tree.get<PickleArray>(node);
  const auto* chars = array == nullptr ? nullptr : tree.get<PickleChars>(array->data);
  return chars == nullptr ? 0 : std::max<std::uint64_t>(chars->length, chars->here.size());
}

void read_split(SourceFile& file, const PickleTree& tree, const OpenOptions& options, PickleNode list,
                SourceSplit& split) {
  const std::vector<PickleNode>* samples = entries_of(tree, list);
  if (samples == nullptr)
    throw InputError(split.place, fmt::format("is {}, expected a list", kind_name(tree.at(list))));
  if (samples->empty()) throw InputError(split.place, "the split has no utterance");
  if (samples->size() > static_cast<std::size_t>(kMaxUtterances))
    throw InputError(split.place, fmt::format("has {} utterances", samples->size()));
  std::vector<double> labels;
  std::vector<PickleNode> audio;
  std::vector<PickleNode> vision;
  std::uint64_t letters = 0;  // and whatever else is read of words; samples may share them
  for (const PickleNode sample : *samples) {
    const std::string place = fmt::format("{}[{}]", split.place, split.ids.size());
    const std::vector<PickleNode>& whole = parts(tree, sample, 3, place);
    const std::string inside = place + "[0]";
    const std::vector<PickleNode>& features = parts(tree, whole[0], 3, inside);
    const std::size_t words_at = features.size() > 3 ? 3 : 0;
    std::string transcript;
    letters += stored_bytes(tree, features[words_at]);
    for (const std::string& word :
         read_strings(file, tree, features[words_at], fmt::format("{}[{}]", inside, words_at))) {
      transcript += (transcript.empty() ? "" : " ") + word;
      ++letters;
    }
    vision.push_back(features[1]);
    audio.push_back(features[2]);
    if (!options.unlabelled) labels.push_back(first_number(file, tree, whole[1], place + "[1]"));
    split.ids.push_back(read_id(file, tree, whole[2], place + "[2]"));
    letters += transcript.size() + split.ids.back().size();
    if (letters > kMaxColumnText) throw InputError(split.place, "holds more than 100 MB of text");
    split.transcripts.push_back(std::move(transcript));
  }
  if (!options.unlabelled) split.labels = checked_labels(labels, split.ids, split.place);
  split.sequences[static_cast<unsigned>(Modality::audio)].emplace(file, tree, audio, split.place + ".audio");
  split.sequences[static_cast<unsigned>(Modality::vision)].emplace(file, tree, vision,
                                                                   split.place + ".vision");
}

// By its first.
bool is_list_of_samples(const PickleTree& tree, PickleNode node) {
  const std::vector<PickleNode>* samples = entries_of(tree, node);
  const std::vector<PickleNode>* sample =
      samples == nullptr || samples->empty() ? nullptr : entries_of(tree, (*samples)[0]);
  const std::vector<PickleNode>* features =
      sample == nullptr || sample->empty() ? nullptr : entries_of(tree, (*sample)[0]);
  return features != nullptr && features->size() >= 3;
}

}  // namespace

bool is_tuples(const PickleTree& tree, const OpenOptions& options) {
  if (tree.get<PickleItems>(tree.root) != nullptr) return is_list_of_samples(tree, tree.root);
  const auto* dict = tree.get<PickleDict>(tree.root);
  if (dict == nullptr) return false;
  const KeyedDict root(tree, *dict, options.keys, "");
  return std::any_of(kSplits.begin(), kSplits.end(), [&](sweeps::SplitName split) {
    const PickleNode* node = root.find(sweeps::name(split));
    return node != nullptr && is_list_of_samples(tree, *node);
  });
}

DatasetSource open_tuples(SourceFile& file, const PickleTree& tree, const OpenOptions& options) {
  DatasetSource source;
  source.layout = SourceLayout::tuples;
  MistakeList mistakes;
  if (tree.get<PickleDict>(tree.root) == nullptr) {
    if (!options.split)
      throw InputError(file.name(),
                       "is one list of utterances: --split train, valid or test says which split");
    SourceSplit& split = source.splits[static_cast<unsigned>(*options.split)];
    split.place = fmt::format("{}: {}", file.name(), sweeps::name(*options.split));
    read_split(file, tree, options, tree.root, split);
  } else {
    const auto nodes = find_splits(file, tree, options, "dev", mistakes);
    for (std::size_t s = 0; s < nodes.size(); ++s) {
      if (nodes[s] == nullptr) continue;
      SourceSplit& split = source.splits[s];
      split.place = fmt::format("{}: {}", file.name(), sweeps::name(kSplits[s]));
      mistakes.look([&] { read_split(file, tree, options, *nodes[s], split); });
    }
  }
  mistakes.throw_if_any();
  compare_splits(source, mistakes);
  mistakes.throw_if_any();
  return source;
}

}  // namespace missmodal::trainer
