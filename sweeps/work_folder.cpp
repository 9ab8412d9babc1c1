#include "sweeps/work_folder.h"

#include <fmt/format.h>

#include <optional>
#include <regex>
#include <system_error>
#include <vector>

namespace missmodal::sweeps {

namespace fs = std::filesystem;

namespace {

// CELL.SLOT.training, or .CELL.SLOT.training.PROCESS-NUMBER.partial while it is written.
// The same of CELL.safetensors.
struct FileName {
  std::string cell;
  bool partial = false;
};
std::optional<FileName> parse(const std::string& name) {
  static const std::regex pattern(R"((\.?)([0-9a-f]+)\.(?:[0-9]+\.training|safetensors)(\..*\.partial)?)");
  std::smatch parts;
  if (!std::regex_match(name, parts, pattern) || (parts.length(1) == 0) != (parts.length(3) == 0)) {
    return std::nullopt;
  }
  return FileName{parts[2], parts.length(3) > 0};
}

void remove_files(const fs::path& folder, const std::function<bool(const FileName&)>& over) {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    const auto name = parse(entry->path().filename().string());
    if (name && over(*name)) found.push_back(entry->path());
  }
  for (const fs::path& file : found) fs::remove(file, ignored);
}

}  // namespace

fs::path work_folder_of(const fs::path& database) {
  fs::path folder = database;
  folder += ".work";
  return folder;
}

fs::path checkpoint_file(const fs::path& folder, const std::string& cell, std::size_t slot) {
  return folder / fmt::format("{}.{}.training", cell, slot);
}

void remove_checkpoints(const fs::path& folder, const std::string& cell) {
  for (std::size_t slot = 0; slot < kCheckpointSlots; ++slot) {
    std::error_code ignored;
    fs::remove(checkpoint_file(folder, cell, slot), ignored);
  }
}

void remove_checkpoints_of(const fs::path& folder, const std::function<bool(const std::string& cell)>& over) {
  remove_files(folder, [&](const FileName& file) { return over(file.cell); });
}

fs::path weights_folder(const fs::path& folder) {
  return folder / "weights";
}

fs::path weights_file(const fs::path& folder, const std::string& cell) {
  return weights_folder(folder) / (cell + ".safetensors");
}

void remove_weights(const fs::path& folder, const std::string& cell) {
  std::error_code ignored;
  fs::remove(weights_file(folder, cell), ignored);
}

void remove_weights_of(const fs::path& folder, const std::function<bool(const std::string& cell)>& over) {
  remove_files(weights_folder(folder), [&](const FileName& file) { return file.partial || over(file.cell); });
}

}  // namespace missmodal::sweeps
