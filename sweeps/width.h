#pragma once
// How many ranks a sweep's trials need, before its winners are known.

#include <set>

#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

// Every number of ranks that a training of the stage may need: with a `from`, on top of any point that the
// search may select.
std::set<int> widths(const Sweep& sweep, const Stage& stage);

// Throws InputError naming resources.ranks_per_trial where a stage needs more ranks than the job has to train
// with.
void refuse_too_wide(const Sweep& sweep, int ranks);

}  // namespace missmodal::sweeps
