#include "results/figures/plots.h"

#include "results/figures/curve_plot.h"
#include "results/figures/embedded_points.h"
#include "results/figures/embedding_plot.h"
#include "results/figures/gantt_plot.h"
#include "results/figures/search_plot.h"
#include "results/figures/training_plot.h"

namespace missmodal::results {

std::vector<Plot> plots(Exhibit exhibit, const Table& table, const std::string& name,
                        const std::vector<PictureKind>& kinds) {
  if (exhibit == Exhibit::figure7) return embedding_plots(embedded_points(table), name, kinds);
  if (exhibit == Exhibit::search) return search_plots(table, name, kinds);
  if (exhibit == Exhibit::training) return training_plots(table, name, kinds);
  if (exhibit == Exhibit::gantt) return gantt_plots(table, name, kinds);
  if (describe(exhibit).area_family.empty()) return {};
  const auto plot = curve_plot(table, name, kinds);
  return plot ? std::vector{*plot} : std::vector<Plot>{};
}

}  // namespace missmodal::results
