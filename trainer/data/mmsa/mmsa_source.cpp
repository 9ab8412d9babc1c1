#include "trainer/data/mmsa/mmsa_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/subset.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/mmsa/text_bert.h"
#include "trainer/data/pickle/pickle_column.h"
#include "trainer/data/source/keyed_dict.h"
#include "trainer/data/source/split_dicts.h"

namespace missmodal::trainer {
namespace {

constexpr std::string_view kLabels = "regression_labels";
constexpr std::string_view kWithoutLabels = "; --unlabelled goes without, to predict from";

class SplitReader {
 public:
  SplitReader(SourceFile& file, const PickleTree& tree, const KeyedDict& columns, const OpenOptions& options,
              SourceSplit& split, MistakeList& mistakes)
      : file_(file), tree_(tree), columns_(columns), options_(options), split_(split), mistakes_(mistakes) {}

  void read() {
    if (!mistakes_.look([&] { read_names(); })) split_.ids.clear();
    mistakes_.look([&] { read_transcripts_if_any(); });
    if (!options_.unlabelled) mistakes_.look([&] { read_labels(); });
    for (const Modality modality : kModalities) {
      mistakes_.look([&] { read_unimodal_labels(modality); });
      mistakes_.look([&] { read_sequences(modality); });
      mistakes_.look([&] { read_lengths(modality); });
    }
    mistakes_.look([&] { read_word_pieces(); });
  }

 private:
  void check_count(std::string_view key, std::size_t count) const {
    if (count == split_.size() || split_.size() == 0) return;
    throw InputError(columns_.place(key), fmt::format("has {} entries for {} ids", count, split_.size()));
  }
  std::vector<double> numbers(std::string_view key, PickleNode node) {
    return read_numbers(file_, tree_, node, columns_.place(key));
  }

  void read_names() {
    split_.ids = read_ids(file_, tree_, columns_.required("id"), columns_.place("id"));
    if (split_.ids.empty()) throw InputError(split_.place, "the split has no utterance");
  }

  void read_transcripts_if_any() {
    const PickleNode* node = columns_.find("raw_text");
    if (node == nullptr) return;
    split_.transcripts = read_transcripts(file_, tree_, *node, columns_.place("raw_text"));
    check_count("raw_text", split_.transcripts.size());
    const bool none = std::all_of(split_.transcripts.begin(), split_.transcripts.end(),
                                  [](const std::string& text) { return text.empty(); });
    if (none) split_.transcripts.clear();
  }

  void read_labels() {
    const PickleNode node = columns_.required(kLabels, kWithoutLabels);
    const std::vector<double> labels = numbers(kLabels, node);
    if (split_.size() > 0) split_.labels = checked_labels(labels, split_.ids, columns_.place(kLabels));
  }

  // regression_labels_T, _A and _V, which CH-SIMS has.
  void read_unimodal_labels(Modality modality) {
    const std::string key = fmt::format("{}_{}", kLabels,
                                        modality == Modality::text    ? 'T'
                                        : modality == Modality::audio ? 'A'
                                                                      : 'V');
    const PickleNode* node = columns_.find(key);
    if (node == nullptr || options_.unlabelled || split_.size() == 0) return;
    split_.unimodal_labels[static_cast<unsigned>(modality)] =
        checked_labels(numbers(key, *node), split_.ids, columns_.place(key));
  }

  void read_sequences(Modality modality) {
    const std::string_view key = name(modality);
    SequenceColumn column(file_, tree_, columns_.required(key), columns_.place(key));
    check_count(key, column.size());
    split_.sequences[static_cast<unsigned>(modality)] = std::move(column);
  }

  void read_lengths(Modality modality) {
    const std::string key = fmt::format("{}_lengths", name(modality));
    const PickleNode* node = columns_.find(key);
    if (node == nullptr) return;
    std::vector<std::int64_t> lengths;
    for (const double length : numbers(key, *node)) {
      if (!(length >= 0 && length <= 1e9) || length != std::floor(length)) {
        throw InputError(columns_.place(key),
                         fmt::format("entry {} is {}, not a length", lengths.size(), length));
      }
      lengths.push_back(static_cast<std::int64_t>(length));
    }
    check_count(key, lengths.size());
    split_.lengths[static_cast<unsigned>(modality)] = std::move(lengths);
  }

  void read_word_pieces() {
    constexpr std::string_view kKey = "text_bert";
    const PickleNode* node = columns_.find(kKey);
    const std::optional<SequenceColumn>& text = split_.of(Modality::text);
    if (node == nullptr || !text || split_.size() == 0) return;
    SequenceColumn column(file_, tree_, *node, columns_.place(kKey));
    check_count(kKey, column.size());
    const std::int32_t positions = column.width();
    if (positions == 3 && column.most_steps() == text->most_steps() && column.most_steps() != 3) {
      throw InputError(column.place(), fmt::format("has the shape (N, {}, 3), expected (N, 3, {}): "
                                                   "text_bert.transpose(0, 2, 1) is that",
                                                   column.most_steps(), column.most_steps()));
    }
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (column.steps(i) == 3 && positions == text->most_steps()) continue;
      throw InputError(
          column.place(),
          fmt::format("has the shape ({}, {}, {}), expected ({}, 3, {}), as many positions as text",
                      column.size(), column.steps(i), positions, split_.size(), text->most_steps()));
    }
    split_.word_pieces = read_text_bert(column, split_.ids);
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (split_.word_pieces->lengths[i] > text->steps(i))
        throw InputError(column.place(), fmt::format("utterance {} has {} word pieces for {} steps of text",
                                                     i, split_.word_pieces->lengths[i], text->steps(i)));
    }
  }

  SourceFile& file_;
  const PickleTree& tree_;
  const KeyedDict& columns_;
  const OpenOptions& options_;
  SourceSplit& split_;
  MistakeList& mistakes_;
};

// MMSA-FET's run_single: sequences without the dimension of utterances, no name, no label.
void read_single(SourceFile& file, const PickleTree& tree, const OpenOptions& options, SourceSplit& split,
                 MistakeList& mistakes) {
  const KeyedDict columns(tree, *tree.get<PickleDict>(tree.root), options.keys, file.name());
  split.place = file.name();
  split.ids = {"single"};
  mistakes.look([&] {
    if (const PickleNode* id = columns.find("id"))
      split.ids = {read_id(file, tree, *id, columns.place("id"))};
  });
  mistakes.look([&] {
    const PickleNode* text = columns.find("raw_text");
    const auto* chars = text == nullptr ? nullptr : tree.get<PickleChars>(*text);
    if (chars != nullptr) split.transcripts = {read_text(file, *chars, columns.place("raw_text"))};
  });
  mistakes.look([&] {
    const PickleNode* label = columns.find(kLabels);
    if (label == nullptr || options.unlabelled) return;
    const std::string place = columns.place(kLabels);
    split.labels = checked_labels({first_number(file, tree, *label, place)}, split.ids, place);
  });
  for (const Modality modality : kModalities) {
    mistakes.look([&] {
      const PickleNode node = columns.required(name(modality));
      split.sequences[static_cast<unsigned>(modality)].emplace(file, tree, std::span(&node, 1),
                                                               columns.place(name(modality)));
    });
  }
  mistakes.look([&] {
    const PickleNode* node = columns.find("text_bert");
    const std::optional<SequenceColumn>& text = split.of(Modality::text);
    if (node == nullptr || !text) return;
    SequenceColumn column(file, tree, std::span(node, 1), columns.place("text_bert"));
    if (column.steps(0) != 3 || column.width() != text->steps(0))
      throw InputError(column.place(), fmt::format("has the shape ({}, {}), expected (3, {})",
                                                   column.steps(0), column.width(), text->steps(0)));
    split.word_pieces = read_text_bert(column, split.ids);
  });
}

}  // namespace

bool is_single_utterance(const PickleTree& tree, const OpenOptions& options) {
  const auto* dict = tree.get<PickleDict>(tree.root);
  if (dict == nullptr) return false;
  const KeyedDict root(tree, *dict, options.keys, "");
  const bool splits = std::any_of(kSplits.begin(), kSplits.end(), [&](sweeps::SplitName split) {
    return root.find(sweeps::name(split)) != nullptr;
  });
  return !splits && root.find("audio") != nullptr && root.find("vision") != nullptr;
}

DatasetSource open_mmsa(SourceFile& file, const PickleTree& tree, const OpenOptions& options) {
  DatasetSource source;
  MistakeList mistakes;
  if (is_single_utterance(tree, options)) {
    const sweeps::SplitName split = options.split.value_or(sweeps::SplitName::test);
    read_single(file, tree, options, source.splits[static_cast<unsigned>(split)], mistakes);
  } else {
    read_split_dicts(file, tree, options, source, mistakes,
                     [&](const KeyedDict& columns, SourceSplit& split, MistakeList& found) {
                       SplitReader(file, tree, columns, options, split, found).read();
                     });
  }
  mistakes.throw_if_any();
  compare_splits(source, mistakes);
  mistakes.throw_if_any();
  return source;
}

}  // namespace missmodal::trainer
