#pragma once
// What `missmodal data inspect` shows of a dataset, and of any other safetensors file.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "trainer/data/dataset.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {

// A file of ours that Dataset::open reads, or refuses with a reason; a checkpoint is none.
bool is_dataset(const SafetensorsFile& file);

// Counted from the tensors themselves: {"content_sha256", "label", "synthetic", "widths", "splits" as in the
// report, "report"}.
nlohmann::json summary_json(const Dataset& dataset);
std::string summary_text(const std::filesystem::path& path, const Dataset& dataset);
std::vector<std::string> warnings_of(const Dataset& dataset);  // the report's

// {"tensors": [{"name", "dtype", "shape"}], "metadata": {...}}
nlohmann::json contents_json(const SafetensorsFile& file);
std::string contents_text(const SafetensorsFile& file);

}  // namespace missmodal::trainer
