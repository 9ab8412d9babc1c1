#pragma once
// The folder beside a database: checkpoints of the trainings that run, two files each, and below `weights`
// the trained models that stay.

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

// A trained model; `missmodal predict` reads it.
std::filesystem::path weights_folder(const std::filesystem::path& folder);
std::filesystem::path weights_file(const std::filesystem::path& folder, const std::string& cell);
void remove_weights(const std::filesystem::path& folder, const std::string& cell);
// Those of all cells that `over` holds of, and what was half written of any.
void remove_weights_of(const std::filesystem::path& folder,
                       const std::function<bool(const std::string& cell)>& over);

}  // namespace missmodal::sweeps
