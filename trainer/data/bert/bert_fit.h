#pragma once
// Whether a BERT can read a dataset's word pieces.

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

}  // namespace missmodal::trainer
