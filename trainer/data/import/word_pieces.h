#pragma once
// Word pieces of a source that has transcripts alone.

#include <filesystem>
#include <string>

#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {

// Cuts every transcript by the vocabulary in `file`; word vectors, which are not cut alike, are left out.
// Returns the vocabulary's SHA-256. InputError for a vocabulary that is none, and for a source that has word
// pieces, or no transcripts.
std::string cut_words(DatasetSource& source, const std::filesystem::path& file);

}  // namespace missmodal::trainer
