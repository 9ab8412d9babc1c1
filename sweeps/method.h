#pragma once
// Search methods: which points a search stage tries, and with which training seeds. Pure functions of the
// stage and the sweep's seed, so that a longer search extends a shorter one. docs/sweep_file.md gives the
// recipes.
//
//   grid                        every point once, in order
//   random_grid, cycle          the grid shuffled and dealt, round after round, each round with a shuffle of
//   its own random_grid, unique         the first round only random_grid, with_replacement   each trial draws
//   any point random                      each trial draws each key from its range or its list

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

inline constexpr std::size_t kMostTrials = 100000;  // of one stage, and points of one grid

struct Trial {
  Settings point;
  std::int64_t seed = 0;  // in [0, 2^31)
};

// Precondition: a search stage with at most kMostTrials grid points.
std::vector<Trial> trial_points(const Stage& stage, std::int64_t sweep_seed);

// Number of points of the grid that `parameters` span (1 without any), or more than kMostTrials where that is
// exceeded. Precondition: every parameter is a list.
std::size_t grid_size(const std::vector<Parameter>& parameters);

// Number `index` of the grid: the first parameter varies slowest.
Settings grid_point(const std::vector<Parameter>& parameters, std::size_t index);

// The top 31 bits of SHA-256("missmodal-seed-v1|<sweep seed>|<stage>|<trial>").
std::int64_t trial_seed(std::int64_t sweep_seed, const std::string& stage, std::size_t trial);

}  // namespace missmodal::sweeps
