#pragma once
// How long one cell of a sweep would take here, from a few real steps.

#include <optional>

#include "sweeps/sweep_file.h"
#include "trainer/data/dataset.h"

namespace missmodal::coordinator {

// Trains ten steps of a cell's configuration after one to warm up, and gives their mean times the steps of
// all epochs: what a cell takes that is never stopped early. Of an epoch of several passes it is the first
// that counts. Nothing where an epoch has no step to measure.
std::optional<double> measure_cell_seconds(const sweeps::Sweep& sweep,
                                           const sweeps::Configuration& configuration,
                                           const trainer::Dataset& dataset);

}  // namespace missmodal::coordinator
