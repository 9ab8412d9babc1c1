#pragma once
// The folder of what is on the way, beside a database: checkpoints of the trainings that run, two files each.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace missmodal::sweeps {

inline constexpr std::size_t kCheckpointSlots = 2;

// mosi.db -> mosi.db.work
std::filesystem::path work_folder_of(const std::filesystem::path& database);

std::filesystem::path checkpoint_file(const std::filesystem::path& folder, const std::string& cell,
                                      std::size_t slot);
// Those of the cell that are there; a disk in trouble keeps what it will not give up.
void remove_checkpoints(const std::filesystem::path& folder, const std::string& cell);
// Those of all cells that `over` holds of, and what was being written of them when its writer died.
void remove_checkpoints_of(const std::filesystem::path& folder,
                           const std::function<bool(const std::string& cell)>& over);

}  // namespace missmodal::sweeps
