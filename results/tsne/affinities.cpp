#include "results/tsne/affinities.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sweeps/error.h"

namespace missmodal::results {

namespace {

constexpr int kMostHalvings = 200;
constexpr double kEntropyTolerance = 1e-7;

// Fills in the probabilities for the precision 1 / (2 sigma^2); returns their entropy in nats. Counted from
// the nearest, so that one at least is not lost in exp().
double fill(std::span<const double> squared_distances, double nearest, double precision,
            std::vector<double>& probabilities) {
  double sum = 0;
  double weighted = 0;
  for (std::size_t j = 0; j < squared_distances.size(); ++j) {
    const double further = squared_distances[j] - nearest;
    probabilities[j] = std::exp(-precision * further);
    sum += probabilities[j];
    weighted += further * probabilities[j];
  }
  for (double& probability : probabilities) probability /= sum;
  return std::log(sum) + precision * weighted / sum;
}

double squared_distance(const float* one, const float* other, std::size_t width) {
  double sum = 0;
  for (std::size_t k = 0; k < width; ++k) {
    const double difference = static_cast<double>(one[k]) - static_cast<double>(other[k]);
    sum += difference * difference;
  }
  return sum;
}

std::size_t place(std::size_t i, std::size_t j) {
  const auto [low, high] = std::minmax(i, j);
  return high * (high - 1) / 2 + low;
}

}  // namespace

std::vector<double> conditional(std::span<const double> squared_distances, double perplexity) {
  std::vector<double> probabilities(squared_distances.size());
  if (squared_distances.empty()) return probabilities;
  const double nearest = *std::min_element(squared_distances.begin(), squared_distances.end());
  const double wanted = std::log(perplexity);
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  double mean = 0;
  for (const double distance : squared_distances) mean += distance - nearest;
  mean /= static_cast<double>(squared_distances.size());
  double precision = mean > 0 ? 1 / mean : 1;  // whatever unit distances have
  for (int halving = 0; halving < kMostHalvings; ++halving) {
    const double entropy = fill(squared_distances, nearest, precision, probabilities);
    if (std::abs(entropy - wanted) < kEntropyTolerance) break;
    (entropy > wanted ? low : high) = precision;
    precision = std::isinf(high) ? 2 * precision : (low + high) / 2;
    if (std::isinf(precision)) break;  // all at one place: any precision is as good
  }
  return probabilities;
}

Affinities affinities(std::span<const float> points, std::size_t width, double perplexity) {
  MISSMODAL_CHECK(width > 0 && points.size() % width == 0);
  Affinities found{points.size() / width, {}};
  const std::size_t count = found.count;
  if (count < 2) return found;
  std::vector<double> squared(count * (count - 1) / 2);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      squared[place(i, j)] = squared_distance(&points[i * width], &points[j * width], width);
  }
  found.below.resize(squared.size());
  const double reachable = std::max(1.0, static_cast<double>(count - 1) / 3);
  std::vector<double> of_one;
  for (std::size_t i = 0; i < count; ++i) {
    of_one.clear();
    for (std::size_t j = 0; j < count; ++j) {
      if (j != i) of_one.push_back(squared[place(i, j)]);
    }
    const std::vector<double> probabilities = conditional(of_one, std::min(perplexity, reachable));
    for (std::size_t j = 0; j < count; ++j) {
      if (j != i)
        found.below[place(i, j)] += probabilities[j < i ? j : j - 1] / (2 * static_cast<double>(count));
    }
  }
  return found;
}

}  // namespace missmodal::results
