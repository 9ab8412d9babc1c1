#pragma once
// Trainings as curves: loss and validation MAE by epoch, a thin line for each seed.

#include <vector>

#include "results/figures/gnuplot.h"
#include "results/table.h"

namespace missmodal::results {

// `table` is the report of the trainings; a plot for each dataset: NAME, NAME_2, ...
std::vector<Plot> training_plots(const Table& table, const std::string& name,
                                 const std::vector<PictureKind>& kinds);

}  // namespace missmodal::results
