#include "sweeps/evaluation/metrics.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <vector>

namespace missmodal::sweeps {
namespace {

constexpr double kTolerance = 5e-7;  // the golden values have six digits

struct Golden {
  std::vector<float> predictions;
  std::vector<float> labels;
  double acc7, acc5, mae;
  std::optional<double> corr;
  double non0_accuracy, non0_f1, has0_accuracy, has0_f1;
};

class MetricsGolden : public testing::TestWithParam<Golden> {};

TEST_P(MetricsGolden, EveryMetric) {
  const Golden& golden = GetParam();
  const Metrics metrics = score(golden.predictions, golden.labels);
  EXPECT_EQ(metrics.n, static_cast<std::int64_t>(golden.labels.size()));
  EXPECT_NEAR(*metrics.acc7, golden.acc7, kTolerance);
  EXPECT_NEAR(*metrics.acc5, golden.acc5, kTolerance);
  EXPECT_NEAR(*metrics.mae, golden.mae, kTolerance);
  ASSERT_EQ(metrics.corr.has_value(), golden.corr.has_value());
  if (golden.corr) {
    EXPECT_NEAR(*metrics.corr, *golden.corr, kTolerance);
  }
  EXPECT_NEAR(metrics.acc2_non0.value(), golden.non0_accuracy, kTolerance);
  EXPECT_NEAR(metrics.f1_non0.value(), golden.non0_f1, kTolerance);
  EXPECT_NEAR(*metrics.acc2_has0, golden.has0_accuracy, kTolerance);
  EXPECT_NEAR(metrics.f1_has0.value(), golden.has0_f1, kTolerance);
}

INSTANTIATE_TEST_SUITE_P(
    Specification, MetricsGolden,
    testing::Values(
        Golden{{2.6F, -.4F, .5F, -1.5F, 0, 3.7F, -3.2F, 1.2F},
               {3, -.6F, 0, -2.5F, 0, 2.5F, -3, -.2F},
               .625,
               .75,
               .6125,
               .951735,
               .833333,
               .838095,
               .875,
               .873016},
        Golden{{.5F, 1.5F, 2.5F, -.5F, -1.5F, -2.5F},
               {1, 2, 3, -1, -2, -3},
               .333333,
               .666667,
               .5,
               .993859,
               1,
               1,
               1,
               1},
        Golden{
            {.1F, .1F, .1F, .1F, .1F}, {1, -1, 0, 2, -.4F}, .4, .4, .9, std::nullopt, .5, .333333, .6, .45},
        Golden{{0, 0, -0.0F, 1}, {1, -1, 0, 1}, .5, .5, .5, .522233, .666667, .666667, .75, .642857}));

struct SimsGolden {
  std::vector<float> predictions;
  std::vector<float> labels;
  double acc3, acc5, mae;
  std::optional<double> corr;
  double accuracy, f1;
};

class MetricsOfOne : public testing::TestWithParam<SimsGolden> {};

// MMSA's rules for CH-SIMS, computed in numpy.
TEST_P(MetricsOfOne, EveryMetric) {
  const SimsGolden& golden = GetParam();
  const Metrics metrics = score(golden.predictions, golden.labels, LabelScale::one);
  EXPECT_EQ(metrics.n, static_cast<std::int64_t>(golden.labels.size()));
  EXPECT_NEAR(metrics.acc3.value(), golden.acc3, kTolerance);
  EXPECT_NEAR(metrics.acc5.value(), golden.acc5, kTolerance);
  EXPECT_NEAR(metrics.mae.value(), golden.mae, kTolerance);
  ASSERT_EQ(metrics.corr.has_value(), golden.corr.has_value());
  if (golden.corr) {
    EXPECT_NEAR(*metrics.corr, *golden.corr, kTolerance);
  }
  EXPECT_NEAR(metrics.acc2_has0.value(), golden.accuracy, kTolerance);
  EXPECT_NEAR(metrics.f1_has0.value(), golden.f1, kTolerance);
  for (const auto& other : {metrics.acc7, metrics.acc2_non0, metrics.f1_non0}) EXPECT_EQ(other, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    ChSims, MetricsOfOne,
    testing::Values(
        SimsGolden{{.85F, -.05F, .12F, -.9F, 0, 1.7F, -1.4F, .1F, .71F, -.1F},
                   {1, -.2F, 0, -.8F, 0, .6F, -1, .1F, .7F, -.1F},
                   .8,
                   .6,
                   .093,
                   .974051,
                   .9,
                   .90101},
        SimsGolden{{.3F, .3F, .3F, .3F}, {1, -1, 0, .4F}, .5, .25, .6, std::nullopt, .5, .333333},
        SimsGolden{{1.2F, -1.2F, 0, .05F}, {1, -1, 0, -.6F}, .75, .75, .1625, .927652, .75, .766667},
        // Each on a cut: in the class below it.
        SimsGolden{{-.1F, .1F, .7F, -.7F}, {-.1F, .1F, .7F, -.7F}, 1, 1, 0, 1, 1, 1},
        SimsGolden{{-.1F, .1F, .7F, -.7F}, {-.2F, 0, .6F, -1}, 1, 1, .15, .996023, .75, .766667}));

TEST(Metrics, WithoutNonZeroLabelsBinaryMetricsAreNull) {
  const std::vector<float> predictions{.5F, -.5F};
  const std::vector<float> labels{0, 0};
  const Metrics metrics = score(predictions, labels);
  EXPECT_FALSE(metrics.acc2_non0.has_value());
  EXPECT_FALSE(metrics.f1_non0.has_value());
  EXPECT_FALSE(metrics.corr.has_value());
  EXPECT_EQ(metrics.acc2_has0, .5);
}

TEST(Metrics, CorrelationOfConstantPredictionsIsNullAtAnyLevel) {
  const std::vector<float> labels{-3, -1, 0, 1, 3};
  for (const float level : {0.F, 1e-3F, 7.7F, 1e6F}) {
    EXPECT_FALSE(score(std::vector<float>(labels.size(), level), labels).corr.has_value()) << level;
  }
}

// NaN is neither positive nor negative: counted as either it would raise an accuracy.
TEST(Metrics, APredictionThatIsNotFiniteMakesEveryMetricNull) {
  const std::vector<float> labels{1, 0, -2};
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    for (std::size_t place = 0; place < labels.size(); ++place) {
      std::vector<float> predictions{.5F, .25F, -1};
      predictions[place] = bad;
      for (const LabelScale scale : {LabelScale::three, LabelScale::one}) {
        const Metrics metrics = score(predictions, labels, scale);
        EXPECT_EQ(metrics.n, 3);
        for (const auto& value : {metrics.mae, metrics.corr, metrics.acc7, metrics.acc5, metrics.acc3,
                                  metrics.acc2_has0, metrics.f1_has0, metrics.acc2_non0, metrics.f1_non0}) {
          EXPECT_EQ(value, std::nullopt) << bad << " at " << place;
        }
      }
    }
  }
}

TEST(Metrics, TheLargestFiniteNumbersAreNumbers) {
  const float largest = std::numeric_limits<float>::max();
  const Metrics metrics = score(std::vector<float>{largest, -largest, largest}, std::vector<float>{1, -1, 2});
  EXPECT_EQ(metrics.mae, (3. * largest - 4) / 3);
  EXPECT_EQ(metrics.acc2_non0, 1);
}

}  // namespace
}  // namespace missmodal::sweeps
