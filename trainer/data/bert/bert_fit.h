#pragma once
// Whether a BERT can read a dataset's word pieces.

#include <optional>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "trainer/data/bert/bert_configuration.h"
#include "trainer/data/dataset.h"

namespace missmodal::trainer {

// What does not fit: no word pieces at all, a token id outside the vocabulary, a text longer than the
// positions; the first of each kind in each split. `data` and `weights` name the two in the mistakes.
std::vector<Mistake> bert_mistakes(const BertConfiguration& configuration, const std::string& weights,
                                   const Dataset& dataset, const std::string& data);

// Word pieces that were numbered by another vocabulary than that with this SHA-256, of the vocab.txt in
// `weights`: the same id is another word to them. Nothing where one of the two is not known.
std::optional<Mistake> vocabulary_mistake(const std::string& vocabulary_sha256, const std::string& weights,
                                          const Dataset& dataset, const std::string& data);

}  // namespace missmodal::trainer
