#pragma once
// A search as heat maps, one for each pair of its first three parameters.

#include <vector>

#include "results/figures/gnuplot.h"
#include "results/table.h"

namespace missmodal::results {

// `table` is the report of the searches; a plot for each search: NAME, NAME_2, ... A tile is the mean score
// of its trials, whatever their other parameters, with their number; white where none is accepted yet; framed
// where the winner lies. Parameters of more than twelve numbers are cut into eight ranges of equal width.
std::vector<Plot> search_plots(const Table& table, const std::string& name,
                               const std::vector<PictureKind>& kinds);

}  // namespace missmodal::results
