#pragma once
// A training in progress as one safetensors file: every tensor of its TrainingState in its own type, the
// progress as JSON beside them, and a SHA-256 over all of it.

#include <cstdint>
#include <filesystem>
#include <string>

#include "trainer/training_state.h"

namespace missmodal::trainer {

// Written aside, synced and renamed: whole, or what was there before. `identity` is any text that says whose
// training it is. RunError for trouble with the disk; InputError for a path that takes no file.
void save_training(const std::filesystem::path& path, const std::string& identity,
                   const TrainingState& state);

// The number of its steps, without reading its tensors. Throws InputError naming the file: not a training of
// ours, torn, or another's than `identity`.
std::int64_t saved_step(const std::filesystem::path& path, const std::string& identity);

// What was saved, to the bit. Throws as saved_step() does, and where a byte is not what was written.
TrainingState load_training(const std::filesystem::path& path, const std::string& identity);

}  // namespace missmodal::trainer
