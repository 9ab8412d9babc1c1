#pragma once
// The folder of what is on the way, beside a database: checkpoints of the trainings that run, two files each.

#include <cstddef>
#include <filesystem>
#include <string>

namespace missmodal::sweeps {

inline constexpr std::size_t kCheckpointSlots = 2;

// mosi.db -> mosi.db.work
std::filesystem::path work_folder_of(const std::filesystem::path& database);

std::filesystem::path checkpoint_file(const std::filesystem::path& folder, const std::string& cell,
                                      std::size_t slot);
// Those of the cell that are there, and what was being written when its writer died; a disk in trouble keeps
// what it will not give up.
void remove_checkpoints(const std::filesystem::path& folder, const std::string& cell);

}  // namespace missmodal::sweeps
