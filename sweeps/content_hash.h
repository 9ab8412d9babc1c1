#pragma once
// The identity of a folder with a pretrained text encoder: what it holds, not where it lies.

#include <array>
#include <filesystem>
#include <string>

namespace missmodal::sweeps {

// The files that count; the first must be there.
inline constexpr std::array<const char*, 2> kContentFiles{"config.json", "model.safetensors"};

// SHA-256, hex, over `<name>\0<size in decimal>\0<bytes>` of config.json and, if present, model.safetensors.
// Other files do not count. Throws InputError if there is no folder or no config.json, RunError if reading
// fails.
std::string content_sha256(const std::filesystem::path& folder);

}  // namespace missmodal::sweeps
