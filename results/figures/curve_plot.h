#pragma once
// A curve's table as a picture: a panel for each metric, a line and a band for each model.

#include <optional>
#include <string>

#include "results/figures/gnuplot.h"
#include "results/table.h"

namespace missmodal::results {

// `table` is the report of a figure. Lines are means over seeds, bands mean +- standard deviation; several
// databases stand below each other. Nothing if the table has no rows.
std::optional<Plot> curve_plot(const Table& table, const std::string& name,
                               const std::vector<PictureKind>& kinds);

}  // namespace missmodal::results
