#pragma once
// An MMSA pickle (aligned_50.pkl, unaligned_50.pkl) found to have the keys and shapes that the format
// promises.

#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"
#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {

// Throws InputError naming split and key: missing, of another kind or shape, a split without an utterance, a
// label outside [-3, 3], no word pieces, splits that differ in steps or width. `file` must outlive what is
// returned.
DatasetSource open_mmsa(SourceFile& file, const PickleTree& tree);

}  // namespace missmodal::trainer
