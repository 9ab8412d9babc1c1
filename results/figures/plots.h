#pragma once
// An exhibit as pictures.

#include <string>
#include <vector>

#include "results/exhibit.h"
#include "results/figures/gnuplot.h"
#include "results/table.h"

namespace missmodal::results {

// Of a figure's report: curves are one plot, others one for each search, dataset or database; their names are
// NAME, NAME_2, ... Nothing for what is no figure, and where the table has nothing to draw.
std::vector<Plot> plots(Exhibit exhibit, const Table& table, const std::string& name,
                        const std::vector<PictureKind>& kinds);

}  // namespace missmodal::results
