#include "results/tsne/tsne.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sweeps/shuffle.h"

namespace missmodal::results {
namespace {

constexpr std::size_t kWidth = 5;

// Clouds of points, `apart` from each other in one direction.
std::vector<float> clouds(std::size_t clouds, std::size_t in_each, double apart) {
  sweeps::NumberStream numbers("clouds");
  std::vector<float> points;
  for (std::size_t i = 0; i < clouds * in_each; ++i) {
    for (std::size_t k = 0; k < kWidth; ++k) {
      const double shift = k == 0 ? apart * static_cast<double>(i / in_each) : 0;
      points.push_back(static_cast<float>(numbers.unit() + shift));
    }
  }
  return points;
}

std::vector<PlanePoint> scattered(std::size_t count) {
  sweeps::NumberStream numbers("scattered");
  std::vector<PlanePoint> places(count);
  for (PlanePoint& place : places) place = {4 * numbers.unit() - 2, 4 * numbers.unit() - 2};
  return places;
}

double distance(const PlanePoint& one, const PlanePoint& other) {
  return std::hypot(one[0] - other[0], one[1] - other[1]);
}

// 23 points: pairs in lanes and pairs left over.
TEST(Tsne, GradientIsTheDivergencesSlope) {
  const Affinities wanted = affinities(clouds(1, 23, 0), kWidth, 5);
  std::vector<PlanePoint> places = scattered(23);
  const std::vector<PlanePoint> slopes = gradient(wanted, places);
  constexpr double kStep = 1e-5;
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t k = 0; k < 2; ++k) {
      const double before = places[i][k];
      places[i][k] = before + kStep;
      const double above = divergence(wanted, places);
      places[i][k] = before - kStep;
      const double below = divergence(wanted, places);
      places[i][k] = before;
      EXPECT_NEAR(slopes[i][k], (above - below) / (2 * kStep), 1e-8) << i << " " << k;
    }
  }
}

TEST(Tsne, ExaggerationMultipliesAffinities) {
  Affinities wanted = affinities(clouds(1, 9, 0), kWidth, 5);
  const std::vector<PlanePoint> places = scattered(9);
  const std::vector<PlanePoint> exaggerated = gradient(wanted, places, 3);
  for (double& p : wanted.below) p *= 3;
  const std::vector<PlanePoint> multiplied = gradient(wanted, places);
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(exaggerated[i][k], multiplied[i][k], 1e-12);
  }
}

TEST(Tsne, DivergenceFallsAndSettles) {
  for (const std::size_t in_each : {7U, 40U, 120U}) {
    const std::vector<float> points = clouds(3, in_each, 1);
    const Affinities wanted = affinities(points, kWidth, 30);
    const auto after = [&](int steps) {
      return divergence(wanted, tsne(points, kWidth, {.perplexity = 30, .steps = steps}));
    };
    const std::vector<double> falling{after(250), after(300), after(400), after(1000)};
    for (std::size_t i = 1; i < falling.size(); ++i)
      EXPECT_LT(falling[i], falling[i - 1]) << in_each << " " << i;
    EXPECT_LT(falling[3], 0.5 * after(0)) << in_each;
    EXPECT_LT(std::abs(after(900) - falling[3]), 0.01) << in_each;
  }
}

TEST(Tsne, CloudsStayApart) {
  constexpr std::size_t kEach = 60;
  const std::vector<PlanePoint> places = tsne(clouds(2, kEach, 20), kWidth);
  PlanePoint first{};
  PlanePoint second{};
  for (std::size_t i = 0; i < kEach; ++i) {
    for (std::size_t k = 0; k < 2; ++k) {
      first[k] += places[i][k] / kEach;
      second[k] += places[kEach + i][k] / kEach;
    }
  }
  double widest = 0;
  for (std::size_t i = 0; i < kEach; ++i)
    widest = std::max({widest, distance(places[i], first), distance(places[kEach + i], second)});
  EXPECT_GT(distance(first, second), 2 * widest);
  EXPECT_NEAR(first[0] + second[0], 0, 1e-9);  // all are centred
}

TEST(Tsne, GivesTheSameBitsAgainAndOthersForAnotherSeed) {
  const std::vector<float> points = clouds(2, 30, 1);
  const auto places = tsne(points, kWidth, {.seed = 1});
  EXPECT_EQ(places, tsne(points, kWidth, {.seed = 1}));
  EXPECT_NE(places, tsne(points, kWidth, {.seed = 2}));
}

TEST(Tsne, TakesWhateverIsFinite) {
  for (const float number : {0.0F, 3e38F, 1e-38F}) {
    for (const std::size_t count : {0U, 1U, 2U, 3U, 40U}) {
      std::vector<float> points(count * kWidth, number);
      if (count > 2) points[0] = -number;
      for (const PlanePoint& place : tsne(points, kWidth))
        EXPECT_TRUE(std::isfinite(place[0]) && std::isfinite(place[1])) << number << " " << count;
    }
  }
}

}  // namespace
}  // namespace missmodal::results
