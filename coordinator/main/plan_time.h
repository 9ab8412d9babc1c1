#pragma once
// How long a sweep would take, model by model.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sweeps/plan_summary.h"
#include "sweeps/sweep_file.h"
#include "trainer/data/dataset.h"

namespace missmodal::coordinator {

struct ModelTime {
  std::string model;
  std::size_t cells = 0;
  std::optional<double> cell_seconds;  // training and evaluation of one; nothing: not known
};

std::vector<ModelTime> unknown_times(const sweeps::PlanSummary& plan);
// What cells of the model took in a database; of one that has none yet, what cells of any model took.
std::vector<ModelTime> stored_times(const sweeps::PlanSummary& plan, const std::filesystem::path& database);
// Measured here, each model's first cell (measure.h).
std::vector<ModelTime> measured_times(const sweeps::PlanSummary& plan, const sweeps::Sweep& sweep,
                                      const trainer::Dataset& dataset);

// Of all cells on one worker; nothing if that of any model is not known.
std::optional<double> total_seconds(const std::vector<ModelTime>& times);

}  // namespace missmodal::coordinator
