#pragma once
// MMSA's word pieces: `text_bert`, (N, 3, positions) of ids, mask and segments.

#include <span>
#include <string>

#include "trainer/data/source/dataset_source.h"
#include "trainer/data/source/sequence_column.h"

namespace missmodal::trainer {

// The mask is ones on one side and zeros on the other. InputError naming the column where it is stacked in
// another order, has no mask at all, or rounded its ids (float16); naming the utterance where it holds no
// word pieces, or no such mask.
WordPieces read_text_bert(SequenceColumn& text_bert, std::span<const std::string> ids);

}  // namespace missmodal::trainer
