#include "results/tsne/affinities.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace missmodal::results {
namespace {

// 2 to the entropy.
double perplexity_of(const std::vector<double>& probabilities) {
  double entropy = 0;
  for (const double p : probabilities) entropy -= p > 0 ? p * std::log(p) : 0;
  return std::exp(entropy);
}

std::vector<double> distances(double unit) {
  std::vector<double> squared;
  for (int i = 1; i <= 200; ++i) squared.push_back(unit * i * std::sqrt(i));
  return squared;
}

TEST(Affinities, EachPointHasThePerplexityWhateverTheUnit) {
  for (const double unit : {1e-30, 1e-6, 1.0, 1e6, 1e60}) {
    for (const double perplexity : {2.0, 30.0, 150.0}) {
      const std::vector<double> p = conditional(distances(unit), perplexity);
      EXPECT_NEAR(perplexity_of(p), perplexity, 1e-4) << unit;
      EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-12);
      EXPECT_TRUE(std::is_sorted(p.rbegin(), p.rend()));
    }
  }
}

TEST(Affinities, FarFromAllOthersIsAsNearToThemAsElsewhere) {
  std::vector<double> far = distances(1);
  for (double& squared : far) squared += 1e9;
  EXPECT_NEAR(perplexity_of(conditional(far, 30)), 30, 1e-3);
}

TEST(Affinities, OthersAtOnePlaceShareAlike) {
  EXPECT_EQ(conditional(std::vector<double>(4, 7.5), 2), std::vector<double>(4, 0.25));
  std::vector<double> twins(200, 1.0);
  twins[0] = twins[1] = twins[2] = 0;
  const std::vector<double> p = conditional(twins, 2);  // three cannot look like two
  EXPECT_NEAR(p[0], 1.0 / 3, 1e-6);
  EXPECT_NEAR(p[3], 0, 1e-6);
}

// Two pairs of points, far from each other, perplexity at its least: each looks at its mate alone.
TEST(Affinities, AreOfPairsAndAddUpToOne) {
  const std::vector<float> points{0, 0, 1, 0, 50, 0, 51, 0};
  const Affinities found = affinities(points, 2, 30);
  ASSERT_EQ(found.count, 4U);
  ASSERT_EQ(found.below.size(), 6U);  // 10 20 21 30 31 32
  EXPECT_NEAR(found.below[0], 0.25, 1e-6);
  EXPECT_NEAR(found.below[5], 0.25, 1e-6);
  EXPECT_NEAR(2 * std::accumulate(found.below.begin(), found.below.end(), 0.0), 1, 1e-12);
  EXPECT_TRUE(affinities(std::vector<float>{1, 2}, 2, 30).below.empty());
}

}  // namespace
}  // namespace missmodal::results
