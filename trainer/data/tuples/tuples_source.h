#pragma once
// Lists of ((words, vision, audio), label, segment), as MISA, MMIM, BBFN and MAG-BERT keep them: a dict of
// such lists under train, dev (or valid) and test, or one list, a split of its own. MISA's and MMIM's have a
// fourth part beside the features: the words themselves, where the first is their numbers.

#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"
#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {

bool is_tuples(const PickleTree& tree, const OpenOptions& options);

// Words become transcripts; there are neither word vectors nor word pieces. Throws as open_mmsa() does. A
// list alone is taken as options.split.
DatasetSource open_tuples(SourceFile& file, const PickleTree& tree, const OpenOptions& options);

}  // namespace missmodal::trainer
