#pragma once
// The winners that a database holds, read before anybody opens it for writing.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace missmodal::results {

struct StoredWinner {
  std::string point;                        // canonical JSON
  std::string basis;                        // sweeps/selection_basis.h
  std::vector<std::string> configurations;  // of the trials that it was chosen from, in plan order
};

// By stage. Nothing of a file that is not there yet, or that belongs to another sweep or dataset: that is for
// its writer to refuse. Waits so long for another program's lock. Otherwise throws as report() does.
std::map<std::string, StoredWinner> read_winners(
    const std::filesystem::path& file, const std::string& sweep_name, const std::string& dataset_sha256,
    std::chrono::milliseconds patience = std::chrono::seconds(10));

}  // namespace missmodal::results
