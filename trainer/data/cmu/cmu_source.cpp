#include "trainer/data/cmu/cmu_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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

// (N), (N, k) or (N, 1, k): the first of an utterance's numbers is its sentiment, others are emotions.
std::vector<double> first_labels(SourceFile& file, const PickleTree& tree, PickleNode node,
                                 const std::string& place) {
  std::vector<double> labels;
  if (const auto* array = tree.get<PickleArray>(node); array != nullptr && array->dtype.kind != 'O') {
    NdArray numbers(file, tree, node, place);
    const std::vector<std::int64_t>& shape = numbers.shape();
    if (shape.size() > 3 || (shape.size() == 3 && shape[1] != 1)) {
      throw InputError(place,
                       fmt::format("has the shape ({}), expected (N, 1, k): are these classes of emotion?",
                                   fmt::join(shape, ", ")));
    }
    const std::vector<double> all = numbers.numbers();
    for (std::size_t i = 0; i < all.size(); i += static_cast<std::size_t>(numbers.row_elements()))
      labels.push_back(all[i]);
    return labels;
  }
  const std::vector<PickleNode>* nodes = entries_of(tree, node);
  if (nodes == nullptr) throw InputError(place, fmt::format("is {}, not labels", kind_name(tree.at(node))));
  for (const PickleNode entry : *nodes)
    labels.push_back(first_number(file, tree, entry, fmt::format("{}[{}]", place, labels.size())));
  return labels;
}

void read_split(SourceFile& file, const PickleTree& tree, const OpenOptions& options,
                const KeyedDict& columns, SourceSplit& split, MistakeList& mistakes) {
  const bool named = mistakes.look([&] {
    split.ids = read_ids(file, tree, columns.required("id"), columns.place("id"));
    if (split.ids.empty()) throw InputError(split.place, "the split has no utterance");
  });
  if (!options.unlabelled) {
    mistakes.look([&] {
      const PickleNode node = columns.required("labels", "; --unlabelled goes without, to predict from");
      const std::vector<double> labels = first_labels(file, tree, node, columns.place("labels"));
      if (named) split.labels = checked_labels(labels, split.ids, columns.place("labels"));
    });
  }
  for (const Modality modality : kModalities) {
    mistakes.look([&] {
      SequenceColumn column(file, tree, columns.required(name(modality)), columns.place(name(modality)));
      if (named && column.size() != split.size())
        throw InputError(column.place(),
                         fmt::format("has {} entries for {} ids", column.size(), split.size()));
      split.sequences[static_cast<unsigned>(modality)] = std::move(column);
    });
  }
}

}  // namespace

bool is_cmu(const PickleTree& tree, const OpenOptions& options) {
  const auto* dict = tree.get<PickleDict>(tree.root);
  if (dict == nullptr) return false;
  const KeyedDict root(tree, *dict, options.keys, "");
  return std::any_of(kSplits.begin(), kSplits.end(), [&](sweeps::SplitName split) {
    const PickleNode* node = root.find(sweeps::name(split));
    const auto* columns_dict = node == nullptr ? nullptr : tree.get<PickleDict>(*node);
    if (columns_dict == nullptr) return false;
    const KeyedDict columns(tree, *columns_dict, options.keys, "");
    return columns.find("labels") != nullptr && columns.find("regression_labels") == nullptr &&
           columns.find("text_bert") == nullptr && columns.find("raw_text") == nullptr;
  });
}

DatasetSource open_cmu(SourceFile& file, const PickleTree& tree, const OpenOptions& options) {
  DatasetSource source;
  source.layout = SourceLayout::cmu;
  MistakeList mistakes;
  read_split_dicts(file, tree, options, source, mistakes,
                   [&](const KeyedDict& columns, SourceSplit& split, MistakeList& found) {
                     read_split(file, tree, options, columns, split, found);
                   });
  mistakes.throw_if_any();
  compare_splits(source, mistakes);
  mistakes.throw_if_any();
  return source;
}

}  // namespace missmodal::trainer
