#include "sweeps/content_hash.h"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/presence.h"
#include "sweeps/sha256.h"
#include "sweeps/weight_files.h"

namespace missmodal::sweeps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfiguration = "config.json";

void add_file(Sha256& hash, const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  if (size < 0) throw RunError(path.string() + ": cannot be read");
  const std::string head = path.filename().string() + '\0' + std::to_string(size) + '\0';
  hash.update(head.data(), head.size());
  file.seekg(0);
  std::vector<char> piece(std::size_t{1} << 20);
  std::streamoff left = size;
  while (left > 0) {
    const auto wanted = static_cast<std::streamsize>(piece.size());
    file.read(piece.data(), left < wanted ? left : wanted);
    if (file.gcount() <= 0) throw RunError(path.string() + ": reading failed");
    hash.update(piece.data(), static_cast<std::size_t>(file.gcount()));
    left -= file.gcount();
  }
}

}  // namespace

std::vector<std::string> content_files(const fs::path& folder) {
  const WeightFiles weights = weight_files(folder);
  std::vector<std::string> names{kConfiguration};
  if (weights.indexed) names.emplace_back(kWeightIndex);
  names.insert(names.end(), weights.names.begin(), weights.names.end());
  return names;
}

std::string content_sha256(const fs::path& folder) {
  if (!is_there(folder)) throw InputError(folder.string(), "no such folder (model.text.weights)");
  if (!fs::is_directory(folder)) throw InputError(folder.string(), "is no folder (model.text.weights)");
  if (!is_there(folder / kConfiguration) || !fs::is_regular_file(folder / kConfiguration)) {
    throw InputError((folder / kConfiguration).string(),
                     "is missing: the folder of a text encoder must hold it");
  }
  Sha256 hash;
  for (const std::string& name : content_files(folder)) {
    if (!is_there(folder / name)) throw InputError((folder / name).string(), "no such file");
    add_file(hash, folder / name);
  }
  return hex(hash.finish());
}

}  // namespace missmodal::sweeps
