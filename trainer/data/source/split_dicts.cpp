#include "trainer/data/source/split_dicts.h"

#include <fmt/format.h>

#include "sweeps/error.h"
#include "trainer/data/dataset_layout.h"

namespace missmodal::trainer {

std::array<const PickleNode*, 3> find_splits(const SourceFile& file, const PickleTree& tree,
                                             const OpenOptions& options, std::string_view also,
                                             MistakeList& mistakes) {
  const KeyedDict root(tree, *tree.get<PickleDict>(tree.root), options.keys, file.name());
  std::array<const PickleNode*, 3> nodes{};
  std::vector<std::string> missing;
  bool any = false;
  for (const sweeps::SplitName split : kSplits) {
    if (options.split && *options.split != split) continue;
    const std::string key(sweeps::name(split));
    const PickleNode* node = root.find(key);
    if (node == nullptr && split == sweeps::SplitName::valid && !also.empty()) node = root.find(also);
    if (node == nullptr) {
      missing.push_back(key);
    } else {
      any = true;
      nodes[static_cast<unsigned>(split)] = node;
    }
  }
  const std::string advice =
      any && !options.split ? "; --split imports one split alone, to predict from" : "";
  for (const std::string& key : missing)
    mistakes.look([&] { throw InputError(file.name(), root.missing(key, advice, "split")); });
  return nodes;
}

void read_split_dicts(const SourceFile& file, const PickleTree& tree, const OpenOptions& options,
                      DatasetSource& source, MistakeList& mistakes, const ReadSplit& read) {
  const auto nodes = find_splits(file, tree, options, "", mistakes);
  for (std::size_t s = 0; s < nodes.size(); ++s) {
    if (nodes[s] == nullptr) continue;
    SourceSplit& split = source.splits[s];
    split.place = fmt::format("{}: {}", file.name(), sweeps::name(kSplits[s]));
    mistakes.look([&] {
      const auto* dict = tree.get<PickleDict>(*nodes[s]);
      if (dict == nullptr)
        throw InputError(split.place, fmt::format("is {}, expected a dict", kind_name(tree.at(*nodes[s]))));
      read(KeyedDict(tree, *dict, options.keys, split.place), split, mistakes);
    });
  }
}

}  // namespace missmodal::trainer
