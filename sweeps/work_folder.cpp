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
std::optional<std::string> cell_of(const std::string& name) {
  static const std::regex pattern(R"((\.?)([0-9a-f]+)\.[0-9]+\.training(\..*\.partial)?)");
  std::smatch parts;
  if (!std::regex_match(name, parts, pattern) || (parts.length(1) == 0) != (parts.length(3) == 0)) {
    return std::nullopt;
  }
  return parts[2];
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
  std::error_code ignored;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    const auto cell = cell_of(entry->path().filename().string());
    if (cell && over(*cell)) found.push_back(entry->path());
  }
  for (const fs::path& file : found) fs::remove(file, ignored);
}

}  // namespace missmodal::sweeps
