#pragma once
// How long a cell took so far, for the plan of what is left.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace missmodal::results {

struct CellSeconds {
  std::optional<double> of_all;            // nothing without any
  std::map<std::string, double> of_model;  // of those that have any, by `model.name`
};

// Mean training and evaluation time of the accepted attempts. Throws as report() does.
CellSeconds mean_cell_seconds(const std::filesystem::path& database);

}  // namespace missmodal::results
