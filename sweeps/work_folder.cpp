#include "sweeps/work_folder.h"

#include <fmt/format.h>

#include <system_error>

#include "sweeps/output_file.h"

namespace missmodal::sweeps {

namespace fs = std::filesystem;

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

}  // namespace missmodal::sweeps
