#pragma once
// How near to each other points of many dimensions are: what t-SNE keeps in two dimensions (van der Maaten &
// Hinton 2008, section 2 and 3.1).

#include <cstddef>
#include <span>
#include <vector>

namespace missmodal::results {

// Of `count` points, the probabilities p_ij = p_ji; over all pairs in either order they add up to 1.
struct Affinities {
  std::size_t count = 0;
  std::vector<double> below;  // p_ij of j < i, row after row
};

// (count, width) row-major. Perplexity is the number of neighbours that a point looks at, so to speak; of few
// points it is at most a third of the others. Preconditions: the numbers are finite, width > 0.
Affinities affinities(std::span<const float> points, std::size_t width, double perplexity);

// p_j|i of a point from its squared distances to the others, equation 1, sigma found by bisection so that
// 2 to the entropy is `perplexity`, or as near to it as distances allow: k others at one place, nearest, make
// it k at least.
std::vector<double> conditional(std::span<const double> squared_distances, double perplexity);

}  // namespace missmodal::results
