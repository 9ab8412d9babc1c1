#pragma once
// What the subcommands have in common that let a checkpoint compute something of a dataset.

#include <string>

#include "sweeps/trial_result.h"
#include "trainer/checkpoint.h"
#include "trainer/data/dataset.h"

namespace missmodal::coordinator {

// Throws InputError naming every modality of the dataset that the checkpoint's model cannot read. The names
// are as the user wrote them.
void check_fit(const trainer::Checkpoint& checkpoint, const std::string& checkpoint_name,
               const trainer::Dataset& dataset, const std::string& dataset_name);

// Of train, valid or test; precondition: it is one of them.
sweeps::SplitName parse_split(const std::string& text);

}  // namespace missmodal::coordinator
