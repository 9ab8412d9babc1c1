#pragma once
// What a sweep's trials run on: one set for the whole file, not part of any cell's identity.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/configuration.h"

namespace missmodal::sweeps {

// Which trained models stay on the disk.
enum class Keep { best, all, none };
inline constexpr std::array<std::string_view, 3> kKeepWords{"best", "all", "none"};

// Of which seeds of MissModal's variants in repeat stages the representations are kept.
enum class KeepEmbeddings { first, none };
inline constexpr std::array<std::string_view, 2> kKeepEmbeddingsWords{"first", "none"};

struct Resources {
  std::string device = "auto";  // auto, cpu, cuda
  int threads_per_trial = 1;    // fixed, so that a result does not depend on how many ranks there are
  int max_attempts = 5;
  int busy_seconds = 300;       // how long another program may keep the database locked
  int collective_seconds = 60;  // how long the ranks of one trial wait for each other
  int checkpoint_seconds = 60;  // how much training lies between two checkpoints, at least
  int stall_seconds = 300;      // without a batch, and a rank counts as hung and ends itself
  int trials_per_gpu = 1;
  Keep keep = Keep::best;
  KeepEmbeddings keep_embeddings = KeepEmbeddings::first;
};

// What a configuration asks for and these resources can never give, whatever machines there are.
std::vector<Conflict> conflicts(const Configuration& configuration, const Resources& resources);

// The configuration's keys that conflicts() above looks at.
inline constexpr std::array<std::string_view, 1> kResourceConflictKeys{"training.precision"};

}  // namespace missmodal::sweeps
