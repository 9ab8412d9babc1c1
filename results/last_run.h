#pragma once
// What the last run of a database was asked for, read before the next one opens it for writing.

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace missmodal::results {

struct LastRun {
  std::string sweep_text;              // the sweep file's bytes
  std::vector<std::string> overrides;  // the texts of --set
  std::set<std::string> planned;       // cells of its stages' plans
  std::set<std::string> accepted;      // every accepted cell of the database
};

// Nothing of a file that is not there yet, or that belongs to another sweep or dataset: that is for its
// writer to refuse. Waits so long for another program's lock. Otherwise throws as report() does.
std::optional<LastRun> read_last_run(const std::filesystem::path& file, const std::string& sweep_name,
                                     const std::string& dataset_sha256,
                                     std::chrono::milliseconds patience = std::chrono::seconds(10));

}  // namespace missmodal::results
