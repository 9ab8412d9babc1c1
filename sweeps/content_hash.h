#pragma once
// The identity of a folder with a pretrained text encoder: what it holds, not where it lies.

#include <filesystem>
#include <string>
#include <vector>

namespace missmodal::sweeps {

// The names of the files that count, in the order in which they do: config.json and the weights
// (weight_files.h), several of them after their index. Throws InputError as weight_files() does.
std::vector<std::string> content_files(const std::filesystem::path& folder);

// SHA-256, hex, over `<name>\0<size in decimal>\0<bytes>` of these files. Other files do not count. Throws
// InputError if there is no folder, no config.json or no file that the index names, RunError if reading
// fails.
std::string content_sha256(const std::filesystem::path& folder);

}  // namespace missmodal::sweeps
