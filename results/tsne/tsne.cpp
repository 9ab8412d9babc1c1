#include "results/tsne/tsne.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <tuple>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/shuffle.h"

namespace missmodal::results {

namespace {

// Clusters form while affinities are exaggerated (section 3.4); then they are laid out.
constexpr double kExaggeration = 12;
constexpr int kExaggeratedSteps = 250;
constexpr double kEarlyMomentum = 0.5;
constexpr double kMomentum = 0.8;
// A coordinate's own rate grows while its gradient keeps its sign (Jacobs 1988).
constexpr double kGainMore = 0.2;
constexpr double kGainLess = 0.8;
constexpr double kLeastGain = 0.01;
constexpr double kStart = 1e-4;  // standard deviation

// As many steps suffice for few points as for many if the rate grows with their number (Belkina et al. 2019);
// far more for few than that, and exaggerated ones never settle.
double learning_rate(std::size_t count) {
  return std::max(static_cast<double>(count) / (4 * kExaggeration), 5.0);
}

// Normal numbers, two from two uniform ones (Box and Muller 1958).
std::vector<PlanePoint> start(std::size_t count, std::int64_t seed) {
  sweeps::NumberStream numbers(fmt::format("missmodal-tsne-v1|{}", seed));
  std::vector<PlanePoint> places(count);
  for (PlanePoint& place : places) {
    const double radius = kStart * std::sqrt(-2 * std::log(1 - numbers.unit()));
    const double angle = 2 * std::numbers::pi * numbers.unit();
    place = {radius * std::cos(angle), radius * std::sin(angle)};
  }
  return places;
}

// 1 / (1 + |y_i - y_j|^2)
double closeness(const PlanePoint& one, const PlanePoint& other) {
  const double x = one[0] - other[0];
  const double y = one[1] - other[1];
  return 1 / (1 + x * x + y * y);
}

void centre(std::vector<PlanePoint>& places) {
  PlanePoint sum{};
  for (const PlanePoint& place : places) {
    for (std::size_t k = 0; k < 2; ++k) sum[k] += place[k];
  }
  for (PlanePoint& place : places) {
    for (std::size_t k = 0; k < 2; ++k) place[k] -= sum[k] / static_cast<double>(places.size());
  }
}

// Coordinates by themselves: a processor takes several at once.
struct Coordinates {
  explicit Coordinates(std::size_t count) : x(count), y(count) {}
  std::vector<double> x;
  std::vector<double> y;
};

// Sums that go on side by side: the compiler may not change the order of additions, so this is the order. Of
// more than two a plain x86-64 could not keep all in its registers.
constexpr std::size_t kLanes = 2;
typedef double Lanes __attribute__((vector_size(kLanes * sizeof(double))));

void load(const double* from, Lanes& lanes) {
  std::memcpy(&lanes, from, sizeof lanes);
}

void subtract(const Lanes& lanes, double* from) {
  Lanes value;
  load(from, value);
  value -= lanes;
  std::memcpy(from, &value, sizeof value);
}

double sum(const Lanes& lanes) {
  return lanes[0] + lanes[1];
}

// What pairs come to: a pair's own shares, and their sums, for the point that all have in common.
template <typename Number>
struct Pairs {
  Number near{};
  Number drawn_x{};
  Number drawn_y{};
  Number pushed_x{};
  Number pushed_y{};
  struct Share {
    Number drawn_x, drawn_y, pushed_x, pushed_y;
  };
  // One pair more: (x, y) leads from the other point to this one. `share` becomes what the other point loses.
  void add(const Number& p, const Number& x, const Number& y, Share& share) {
    const Number closeness = 1 / (1 + x * x + y * y);
    const Number draw = p * closeness;
    const Number push = closeness * closeness;
    share.drawn_x = draw * x;
    share.drawn_y = draw * y;
    share.pushed_x = push * x;
    share.pushed_y = push * y;
    near += closeness;
    drawn_x += share.drawn_x;
    drawn_y += share.drawn_y;
    pushed_x += share.pushed_x;
    pushed_y += share.pushed_y;
  }
};

// The pairs of point i with those before it, whose affinities begin at `p`; returns the sum of closeness.
double add_pairs(const double* p, std::size_t i, const Coordinates& at, Coordinates& drawn,
                 Coordinates& pushed) {
  Pairs<Lanes> lanes;
  Pairs<Lanes>::Share shares;
  std::size_t j = 0;
  for (; j + kLanes <= i; j += kLanes) {
    Lanes of_pairs, x, y;
    load(p + j, of_pairs);
    load(&at.x[j], x);
    load(&at.y[j], y);
    lanes.add(of_pairs, at.x[i] - x, at.y[i] - y, shares);
    subtract(shares.drawn_x, &drawn.x[j]);
    subtract(shares.drawn_y, &drawn.y[j]);
    subtract(shares.pushed_x, &pushed.x[j]);
    subtract(shares.pushed_y, &pushed.y[j]);
  }
  Pairs<double> rest;
  Pairs<double>::Share share;
  for (; j < i; ++j) {
    rest.add(p[j], at.x[i] - at.x[j], at.y[i] - at.y[j], share);
    drawn.x[j] -= share.drawn_x;
    drawn.y[j] -= share.drawn_y;
    pushed.x[j] -= share.pushed_x;
    pushed.y[j] -= share.pushed_y;
  }
  drawn.x[i] += sum(lanes.drawn_x) + rest.drawn_x;
  drawn.y[i] += sum(lanes.drawn_y) + rest.drawn_y;
  pushed.x[i] += sum(lanes.pushed_x) + rest.pushed_x;
  pushed.y[i] += sum(lanes.pushed_y) + rest.pushed_y;
  return sum(lanes.near) + rest.near;
}

}  // namespace

double divergence(const Affinities& affinities, const std::vector<PlanePoint>& places) {
  double total = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) total += 2 * closeness(places[i], places[j]);
  }
  double sum = 0;
  const double* p = affinities.below.data();
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j, ++p) {
      if (*p > 0) sum += 2 * *p * std::log(*p * total / closeness(places[i], places[j]));
    }
  }
  return sum;
}

// Equation 5 has q_ij = closeness / total, and the total is known after the last pair only: what draws
// together and what pushes apart are summed up by themselves. Each pair is looked at once, for both.
std::vector<PlanePoint> gradient(const Affinities& affinities, const std::vector<PlanePoint>& places,
                                 double exaggeration) {
  const std::size_t count = places.size();
  MISSMODAL_CHECK(affinities.count == count);
  Coordinates at(count);
  for (std::size_t i = 0; i < count; ++i) std::tie(at.x[i], at.y[i]) = std::pair(places[i][0], places[i][1]);
  Coordinates drawn(count);
  Coordinates pushed(count);
  double total = 0;
  const double* p = affinities.below.data();
  for (std::size_t i = 0; i < count; p += i, ++i) total += 2 * add_pairs(p, i, at, drawn, pushed);
  std::vector<PlanePoint> slopes(count);
  for (std::size_t i = 0; i < count; ++i) {
    slopes[i] = {4 * (exaggeration * drawn.x[i] - pushed.x[i] / total),
                 4 * (exaggeration * drawn.y[i] - pushed.y[i] / total)};
  }
  return slopes;
}

std::vector<PlanePoint> tsne(std::span<const float> points, std::size_t width, const TsneOptions& options) {
  const Affinities wanted = affinities(points, width, options.perplexity);
  MISSMODAL_CHECK(wanted.count <= kMostTsnePoints);
  if (wanted.count < 2) return std::vector<PlanePoint>(wanted.count);
  std::vector<PlanePoint> places = start(wanted.count, options.seed);
  std::vector<PlanePoint> moves(wanted.count);
  std::vector<PlanePoint> gains(wanted.count, {1, 1});
  const double rate = learning_rate(wanted.count);
  for (int step = 0; step < options.steps; ++step) {
    const bool early = step < kExaggeratedSteps;
    const std::vector<PlanePoint> slopes = gradient(wanted, places, early ? kExaggeration : 1);
    const double momentum = early ? kEarlyMomentum : kMomentum;
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t k = 0; k < 2; ++k) {
        double& gain = gains[i][k];
        const bool onwards = (slopes[i][k] > 0) != (moves[i][k] > 0);
        gain = std::max(onwards ? gain + kGainMore : gain * kGainLess, kLeastGain);
        moves[i][k] = momentum * moves[i][k] - rate * gain * slopes[i][k];
        places[i][k] += moves[i][k];
      }
    }
    centre(places);
  }
  return places;
}

}  // namespace missmodal::results
