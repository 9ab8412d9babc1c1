#pragma once
// Representations as clouds of points: by the modalities that remain, before and after training, and by
// sentiment.

#include <vector>

#include "results/figures/gnuplot.h"
#include "results/table.h"

namespace missmodal::results {

// `points` is embedded_points() of Figure 7's report; a plot for each model that has points of both moments:
// NAME, NAME_2, ... An utterance is negative, neutral or positive as its label is below, at or above 0.
std::vector<Plot> embedding_plots(const Table& points, const std::string& name,
                                  const std::vector<PictureKind>& kinds);

}  // namespace missmodal::results
