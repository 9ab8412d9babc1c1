#pragma once
// An MMSA pickle (aligned_50.pkl, unaligned_50.pkl, CH-SIMS's unaligned_39.pkl) found to have the keys and
// shapes that the format promises; or one utterance alone, as MMSA-FET's run_single makes it.

#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"
#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {

// Throws InputError with every mistake, each naming split and key: missing, of another kind or shape, a split
// without an utterance, a label outside [-3, 3], no word pieces in text_bert, splits that differ. `file` must
// outlive what is returned.
DatasetSource open_mmsa(SourceFile& file, const PickleTree& tree, const OpenOptions& options);

// A dict without splits.
bool is_single_utterance(const PickleTree& tree, const OpenOptions& options);

}  // namespace missmodal::trainer
