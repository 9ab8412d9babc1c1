#pragma once
// t-SNE (van der Maaten & Hinton 2008), the exact one: points of many dimensions on a plane, so that near
// ones stay near. Each step looks at every pair.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "results/tsne/affinities.h"

namespace missmodal::results {

using PlanePoint = std::array<double, 2>;

struct TsneOptions {
  double perplexity = 30;
  int steps = 1000;
  std::int64_t seed = 0;  // of where the points start, near the origin
};

inline constexpr std::size_t kMostTsnePoints = 2000;  // some seconds

// (count, width) row-major. The same numbers and options give the same places, whoever computes them with the
// same program on the same machine. Preconditions: at most kMostTsnePoints points, all numbers finite.
std::vector<PlanePoint> tsne(std::span<const float> points, std::size_t width,
                             const TsneOptions& options = {});

// What is made small: the Kullback-Leibler divergence of the places' affinities from the points', equation 2.
double divergence(const Affinities& affinities, const std::vector<PlanePoint>& places);

// Its derivative by each place, equation 5, the affinities multiplied by `exaggeration`.
std::vector<PlanePoint> gradient(const Affinities& affinities, const std::vector<PlanePoint>& places,
                                 double exaggeration = 1);

}  // namespace missmodal::results
