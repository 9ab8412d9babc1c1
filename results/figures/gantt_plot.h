#pragma once
// A sweep's attempts over time: a bar for each, in the row of the rank that ran it.

#include <vector>

#include "results/figures/gnuplot.h"
#include "results/table.h"

namespace missmodal::results {

// `table` is the report of the attempts; a plot for each database: NAME, NAME_2, ... Runs stand end to end,
// whatever time lay between them. A bar's colour tells how the attempt ended; a cross marks a death.
std::vector<Plot> gantt_plots(const Table& table, const std::string& name,
                              const std::vector<PictureKind>& kinds);

}  // namespace missmodal::results
