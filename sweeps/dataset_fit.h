#pragma once
// Whether models can be trained on a dataset as their keys say.

#include <vector>

#include "sweeps/dataset_shape.h"
#include "sweeps/error.h"
#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

// What of one training's configuration does not fit, each at the place of the key that says so: the
// variant's, the search's or the stage's, that of the search it comes `from`, or the file's own. `stage`
// nullptr: the base configuration.
std::vector<Mistake> dataset_misfits(const Sweep& sweep, const Stage* stage, const Variant* variant,
                                     const Configuration& configuration, const DatasetShape& dataset);

// Of every training that the sweep may come to, each once.
std::vector<Mistake> dataset_misfits(const Sweep& sweep, const DatasetShape& dataset);

}  // namespace missmodal::sweeps
