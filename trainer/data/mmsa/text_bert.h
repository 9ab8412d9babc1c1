#pragma once
// MMSA's word pieces: `text_bert`, (N, 3, positions) of ids, mask and segments.

#include <span>
#include <string>

#include "trainer/data/pickle/ndarray.h"
#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {

// InputError naming the utterance where it holds no word pieces, or no mask of ones followed by zeros.
WordPieces read_text_bert(NdArray& text_bert, std::span<const std::string> ids);

}  // namespace missmodal::trainer
