#include "sweeps/evaluation/evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "sweeps/evaluation/metrics.h"
#include "sweeps/shuffle.h"

namespace missmodal::sweeps {
namespace {

struct Fixture {
  std::vector<std::string> ids;
  std::vector<float> labels;
  std::vector<float> predictions;  // (7, N)
};

Fixture fixture(int count) {
  Fixture f;
  NumberStream numbers("evaluation_test");
  for (int i = 0; i < count; ++i) {
    f.ids.push_back("clip" + std::to_string(i));
    f.labels.push_back(static_cast<float>(std::round(numbers.unit() * 30 - 15) / 5));
  }
  for (int i = 0; i < 7 * count; ++i) f.predictions.push_back(static_cast<float>(numbers.unit() * 7 - 3.5));
  return f;
}

std::vector<MetricRow> rows_of(const Fixture& f, const EvaluationPlan& plan) {
  return evaluate(SplitName::test, f.predictions, f.labels, plan, MaskTable(plan, SplitName::test, f.ids));
}

Metrics find(const std::vector<MetricRow>& rows, const Condition& condition, RowKind kind) {
  for (const MetricRow& row : rows) {
    if (row.condition == condition && row.kind == kind) return row.metrics;
  }
  ADD_FAILURE() << "no such row";
  return {};
}

TEST(Evaluation, PaperMatrixHas155RowsASplit) {
  const auto rows = rows_of(fixture(20), {});
  EXPECT_EQ(rows.size(), 155U);
  std::map<RowKind, int> kinds;
  for (const MetricRow& row : rows) ++kinds[row.kind];
  EXPECT_EQ(kinds[RowKind::fixed], 7);
  for (RowKind kind : {RowKind::mean, RowKind::sd, RowKind::first, RowKind::expected})
    EXPECT_EQ(kinds[kind], 37);
}

TEST(Evaluation, FixedRowsScoreTheirSubset) {
  const Fixture f = fixture(33);
  const auto rows = rows_of(f, {});
  const std::span<const float> all(f.predictions);
  EXPECT_EQ(find(rows, {Family::complete, Subset::TAV, 0}, RowKind::fixed).mae,
            score(all.first(33), f.labels).mae);
  const auto vision = score(all.subspan(33 * 3, 33), f.labels);
  const auto row = find(rows, {Family::subset, Subset::V, 0}, RowKind::fixed);
  EXPECT_EQ(row.mae, vision.mae);
  EXPECT_EQ(row.corr, vision.corr);
  EXPECT_EQ(row.f1_non0, vision.f1_non0);
}

// The definition spelled out: take each utterance's prediction by hand, draw by draw.
TEST(Evaluation, DrawsAreLookUps) {
  const Fixture f = fixture(50);
  const EvaluationPlan plan{{{Family::random, Subset::TAV, 40}, {Family::text, Subset::TAV, 30}}, 3};
  const auto rows = rows_of(f, plan);
  for (const Condition& condition : plan.conditions) {
    std::vector<double> maes;
    for (int draw = 0; draw < plan.draws; ++draw) {
      const Mask mask = draw_mask(draw, condition.family, SplitName::test, f.ids);
      std::vector<float> predictions(f.predictions.begin(), f.predictions.begin() + 50);
      for (std::size_t k = 0; k < affected_count(condition.rate_percent, 50); ++k) {
        const std::size_t i = mask.order[k];
        predictions[i] = f.predictions[static_cast<std::size_t>(row(mask.keeps[i])) * 50 + i];
      }
      maes.push_back(*score(predictions, f.labels).mae);
    }
    const double mean = (maes[0] + maes[1] + maes[2]) / 3;
    double squares = 0;
    for (double mae : maes) squares += (mae - mean) * (mae - mean);
    EXPECT_EQ(find(rows, condition, RowKind::first).mae, maes[0]);
    EXPECT_NEAR(*find(rows, condition, RowKind::mean).mae, mean, 1e-15);
    EXPECT_NEAR(*find(rows, condition, RowKind::sd).mae, std::sqrt(squares / 2), 1e-15);
  }
}

TEST(Evaluation, ExpectationIsTheMeanOverAllMasks) {
  // Four utterances, half of them without audio: all six masks of that count, by hand.
  const Fixture f = fixture(4);
  const Condition condition{Family::audio, Subset::TAV, 50};
  const auto rows = rows_of(f, {{condition}, 1});
  double mae = 0, acc7 = 0, has0 = 0;
  int masks = 0;
  for (unsigned affected = 0; affected < 16; ++affected) {
    if (__builtin_popcount(affected) != 2) continue;
    ++masks;
    std::vector<float> predictions;
    for (std::size_t i = 0; i < 4; ++i) {
      const Subset subset = (affected >> i & 1U) ? Subset::TV : Subset::TAV;
      predictions.push_back(f.predictions[static_cast<std::size_t>(row(subset)) * 4 + i]);
    }
    const auto metrics = score(predictions, f.labels);
    mae += *metrics.mae;
    acc7 += *metrics.acc7;
    has0 += *metrics.acc2_has0;
  }
  const auto expected = find(rows, condition, RowKind::expected);
  EXPECT_EQ(masks, 6);
  EXPECT_NEAR(*expected.mae, mae / masks, 1e-12);
  EXPECT_NEAR(*expected.acc7, acc7 / masks, 1e-12);
  EXPECT_NEAR(*expected.acc2_has0, has0 / masks, 1e-12);
  EXPECT_FALSE(expected.corr.has_value());
  EXPECT_FALSE(expected.f1_has0.has_value());
  EXPECT_FALSE(expected.f1_non0.has_value());
}

TEST(Evaluation, ManyDrawsApproachTheExpectation) {
  const Fixture f = fixture(60);
  const Condition condition{Family::random, Subset::TAV, 100};
  const auto rows = rows_of(f, {{condition}, 2000});
  const auto mean = find(rows, condition, RowKind::mean);
  const auto expected = find(rows, condition, RowKind::expected);
  const double standard_error = *find(rows, condition, RowKind::sd).mae / std::sqrt(2000.0);
  EXPECT_NEAR(*mean.mae, *expected.mae, 5 * standard_error);
}

TEST(Evaluation, OneDrawHasNoDeviation) {
  const auto rows = rows_of(fixture(10), {{{Family::text, Subset::TAV, 50}}, 1});
  ASSERT_EQ(rows.size(), 3U);
  for (const MetricRow& row : rows) EXPECT_NE(row.kind, RowKind::sd);
}

TEST(Evaluation, ANullDrawMakesTheMeanNull) {
  Fixture f = fixture(3);
  f.predictions.assign(21, .5F);  // constant: no correlation in any draw
  const auto rows = rows_of(f, {{{Family::text, Subset::TAV, 50}}, 4});
  EXPECT_FALSE(find(rows, {Family::text, Subset::TAV, 50}, RowKind::mean).corr.has_value());
}

}  // namespace
}  // namespace missmodal::sweeps
