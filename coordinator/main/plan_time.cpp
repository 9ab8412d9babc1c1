#include "coordinator/main/plan_time.h"

#include "coordinator/main/measure.h"
#include "results/cell_seconds.h"

namespace missmodal::coordinator {

std::vector<ModelTime> unknown_times(const sweeps::PlanSummary& plan) {
  std::vector<ModelTime> times;
  for (const sweeps::ModelCells& model : plan.of_models)
    times.push_back({model.first.model.name, model.cells, std::nullopt});
  return times;
}

std::vector<ModelTime> stored_times(const sweeps::PlanSummary& plan, const std::filesystem::path& database) {
  const results::CellSeconds stored = results::mean_cell_seconds(database);
  std::vector<ModelTime> times = unknown_times(plan);
  for (ModelTime& time : times) {
    const auto own = stored.of_model.find(time.model);
    time.cell_seconds = own == stored.of_model.end() ? stored.of_all : own->second;
  }
  return times;
}

std::vector<ModelTime> measured_times(const sweeps::PlanSummary& plan, const sweeps::Sweep& sweep,
                                      const trainer::Dataset& dataset) {
  std::vector<ModelTime> times = unknown_times(plan);
  for (std::size_t i = 0; i < times.size(); ++i)
    times[i].cell_seconds = measure_cell_seconds(sweep, plan.of_models[i].first, dataset);
  return times;
}

std::optional<double> total_seconds(const std::vector<ModelTime>& times) {
  double total = 0;
  for (const ModelTime& time : times) {
    if (!time.cell_seconds) return std::nullopt;
    total += *time.cell_seconds * static_cast<double>(time.cells);
  }
  return total;
}

}  // namespace missmodal::coordinator
