#pragma once
// How long a cell took so far, for the plan of what is left.

#include <filesystem>
#include <optional>

namespace missmodal::results {

// Mean training and evaluation time of the accepted attempts, in seconds; nothing without any. Throws as
// report() does.
std::optional<double> mean_cell_seconds(const std::filesystem::path& database);

}  // namespace missmodal::results
