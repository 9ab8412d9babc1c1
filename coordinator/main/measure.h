#pragma once
// How long one cell of a sweep would take here, from a few real steps.

#include <optional>

#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"

namespace missmodal::coordinator {

// Trains ten steps of the sweep's base configuration after one to warm up, and gives their mean times the
// steps of all epochs: what a cell takes that is never stopped early. Nothing where an epoch has no step to
// measure.
std::optional<double> measure_cell_seconds(const sweeps::Sweep& sweep, const sweeps::ContentHashes& hashes);

}  // namespace missmodal::coordinator
