#pragma once
// The dicts of a file that is a dict of splits, each a dict of columns.

#include <array>
#include <functional>

#include "trainer/data/pickle/source_file.h"
#include "trainer/data/source/dataset_source.h"
#include "trainer/data/source/keyed_dict.h"

namespace missmodal::trainer {

// The node of every split that the user wants, by SplitName; null: not wanted. `also`: another name of the
// valid split that the layout has itself, or "". A mistake for each that is not there. Precondition: the root
// is a dict.
std::array<const PickleNode*, 3> find_splits(const SourceFile& file, const PickleTree& tree,
                                             const OpenOptions& options, std::string_view also,
                                             MistakeList& mistakes);

// Reads each such split with `read(columns, split, mistakes)`, where `columns` is its dict and `split` has
// its place; what it throws is kept.
using ReadSplit = std::function<void(const KeyedDict& columns, SourceSplit& split, MistakeList& mistakes)>;
void read_split_dicts(const SourceFile& file, const PickleTree& tree, const OpenOptions& options,
                      DatasetSource& source, MistakeList& mistakes, const ReadSplit& read);

}  // namespace missmodal::trainer
