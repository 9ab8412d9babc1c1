#pragma once
// A pickle of the CMU Multimodal SDK's features as MulT published them (mosi_data.pkl, mosei_senti_data.pkl,
// their "noalign" forms): word vectors, audio and vision padded in front, labels (N, 1, k), ids (N, 3) of
// video, start and end; neither transcripts nor word pieces.

#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"
#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {

// A dict of splits with `labels` and nothing that MMSA's have.
bool is_cmu(const PickleTree& tree, const OpenOptions& options);

// As open_mmsa().
DatasetSource open_cmu(SourceFile& file, const PickleTree& tree, const OpenOptions& options);

}  // namespace missmodal::trainer
