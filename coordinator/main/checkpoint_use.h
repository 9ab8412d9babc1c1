#pragma once
// What the subcommands have in common that let a checkpoint compute something of a dataset.

#include <string>

#include "trainer/checkpoint.h"
#include "trainer/data/dataset.h"

namespace missmodal::coordinator {

// Throws InputError naming every modality of the dataset that the checkpoint's model cannot read: of another
// width, of other numbers by far (a hundred times as spread), word pieces outside its vocabulary or none. The
// names are as the user wrote them.
void check_fit(const trainer::Checkpoint& checkpoint, const std::string& checkpoint_name,
               const trainer::Dataset& dataset, const std::string& dataset_name);

// `word`: train, valid or test. Throws InputError, with those that are there, where the dataset has no such
// split.
const trainer::Split& split_of(const trainer::Dataset& dataset, const std::string& dataset_name,
                               const std::string& word);

}  // namespace missmodal::coordinator
