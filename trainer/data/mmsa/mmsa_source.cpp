#include "trainer/data/mmsa/mmsa_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/subset.h"
#include "trainer/data/character.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/mmsa/text_bert.h"
#include "trainer/data/pickle/ndarray.h"
#include "trainer/data/pickle/pickle_column.h"

namespace missmodal::trainer {
namespace {

// Of equal keys the last holds, as in Python.
const PickleNode* find(const PickleTree& tree, const PickleDict& dict, std::string_view key) {
  const auto found = std::find_if(dict.entries.rbegin(), dict.entries.rend(), [&](const auto& entry) {
    const auto* chars = tree.get<PickleChars>(entry.first);
    return chars != nullptr && !chars->in_file && chars->here == key;
  });
  return found == dict.entries.rend() ? nullptr : &found->second;
}

class SplitReader {
 public:
  SplitReader(SourceFile& file, const PickleTree& tree, const PickleDict& dict, std::string place)
      : file_(file), tree_(tree), dict_(dict) {
    split_.place = std::move(place);
  }

  SourceSplit read() {
    split_.ids = read_strings(file_, tree_, required("id"), place("id"));
    if (split_.ids.empty()) throw InputError(split_.place, "the split has no utterance");
    split_.transcripts = read_strings(file_, tree_, required("raw_text"), place("raw_text"));
    check_count("raw_text", split_.transcripts.size());
    read_labels();
    for (const Modality modality : kModalities) read_sequences(modality);
    read_word_pieces();
    return std::move(split_);
  }

 private:
  std::string place(std::string_view key) const { return fmt::format("{}.{}", split_.place, key); }
  PickleNode required(std::string_view key) const {
    const PickleNode* node = find(tree_, dict_, key);
    if (node == nullptr) throw InputError(split_.place, fmt::format("has no '{}'", key));
    return *node;
  }
  void check_count(std::string_view key, std::size_t count) const {
    if (count == split_.size()) return;
    throw InputError(place(key), fmt::format("has {} entries for {} ids", count, split_.size()));
  }
  std::string of_utterance(std::size_t i) const {
    return fmt::format("utterance {}", printable(split_.ids[i]));
  }

  void read_labels() {
    const std::vector<double> labels =
        read_numbers(file_, tree_, required("regression_labels"), place("regression_labels"));
    check_count("regression_labels", labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (!(std::abs(labels[i]) <= 3.0)) {
        throw InputError(place("regression_labels"),
                         fmt::format("{} has the label {}, not in [-3, 3]", of_utterance(i), labels[i]));
      }
      split_.labels.push_back(static_cast<float>(labels[i]));
    }
  }

  SequenceColumn column_of(std::string_view key) {
    SequenceColumn column(NdArray(file_, tree_, required(key), place(key)));
    check_count(key, column.size());
    return column;
  }

  void read_sequences(Modality modality) {
    const std::string key(name(modality));
    split_.sequences.push_back(column_of(key));
    const std::string lengths_key = key + "_lengths";
    const PickleNode* node = find(tree_, dict_, lengths_key);
    if (modality == Modality::text || node == nullptr) return;
    std::vector<std::int64_t> lengths;
    for (const double length : read_numbers(file_, tree_, *node, place(lengths_key))) {
      if (!(length >= 0 && length <= 1e9) || length != std::floor(length)) {
        throw InputError(place(lengths_key),
                         fmt::format("entry {} is {}, not a length", lengths.size(), length));
      }
      lengths.push_back(static_cast<std::int64_t>(length));
    }
    check_count(lengths_key, lengths.size());
    split_.lengths[static_cast<unsigned>(modality)] = std::move(lengths);
  }

  void read_word_pieces() {
    NdArray text_bert(file_, tree_, required("text_bert"), place("text_bert"));
    const std::vector<std::int64_t>& shape = text_bert.shape();
    const std::int64_t steps = split_.sequences[0].steps();
    if (shape.size() != 3 || text_bert.is_text() || shape[1] != 3 || shape[2] != steps) {
      throw InputError(
          place("text_bert"),
          fmt::format("has the shape ({}), expected ({}, 3, {}) numbers, as many positions as text",
                      fmt::join(shape, ", "), split_.size(), steps));
    }
    check_count("text_bert", static_cast<std::size_t>(text_bert.rows()));
    split_.word_pieces = read_text_bert(text_bert, split_.ids);
  }

  SourceFile& file_;
  const PickleTree& tree_;
  const PickleDict& dict_;
  SourceSplit split_;
};

// All splits agree on steps and width.
void check_shapes(DatasetSource& source) {
  for (const SourceSplit& split : source.splits) {
    for (std::size_t m = 0; m < split.sequences.size(); ++m) {
      const SequenceColumn& column = split.sequences[m];
      if (&split == &source.splits[0]) {
        source.steps[m] = column.steps();
        source.widths[m] = column.width();
      } else if (column.steps() != source.steps[m] || column.width() != source.widths[m]) {
        throw InputError(column.place(),
                         fmt::format("has {} steps of width {}, train has {} of {}", column.steps(),
                                     column.width(), source.steps[m], source.widths[m]));
      }
    }
  }
}

}  // namespace

DatasetSource open_mmsa(SourceFile& file, const PickleTree& tree) {
  const auto* root = tree.get<PickleDict>(tree.root);
  if (root == nullptr) {
    throw InputError(file.name(), fmt::format("holds {}, expected a dict of train, valid and test",
                                              kind_name(tree.at(tree.root))));
  }
  DatasetSource source;
  for (const sweeps::SplitName split : kSplits) {
    const std::string key(sweeps::name(split));
    const PickleNode* node = find(tree, *root, key);
    if (node == nullptr) throw InputError(file.name(), fmt::format("has no split '{}'", key));
    const std::string place = fmt::format("{}: {}", file.name(), key);
    const auto* dict = tree.get<PickleDict>(*node);
    if (dict == nullptr)
      throw InputError(place, fmt::format("is {}, expected a dict", kind_name(tree.at(*node))));
    source.splits.push_back(SplitReader(file, tree, *dict, place).read());
  }
  check_shapes(source);
  return source;
}

}  // namespace missmodal::trainer
