#include "sweeps/evaluation/evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
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

Condition condition(const std::string& text) {
  const auto parsed = parse_condition(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Condition{});
}

// Conditions of every drawn family.
std::vector<Condition> one_of_each_family() {
  std::vector<Condition> conditions;
  for (const char* text : {"text/30", "audio/50", "vision/90", "random/40", "random/100", "missing_rate/10",
                           "missing_rate/60", "instance/30", "imbalanced/10-50-90", "imbalanced/80-80-80"}) {
    conditions.push_back(condition(text));
  }
  return conditions;
}

std::vector<float> looked_up(const Fixture& f, const std::vector<Subset>& remain) {
  std::vector<float> predictions;
  for (std::size_t i = 0; i < f.labels.size(); ++i)
    predictions.push_back(f.predictions[static_cast<std::size_t>(row(remain[i])) * f.labels.size() + i]);
  return predictions;
}

std::vector<std::optional<double>> values(const Metrics& m) {
  return {m.mae, m.corr, m.acc7, m.acc5, m.acc2_has0, m.f1_has0, m.acc2_non0, m.f1_non0};
}

double class_of(double value, double limit) {
  return std::nearbyint(std::min(std::max(value, -limit), limit));
}

// Accuracy and weighted F1.
template <class Positive>
std::pair<double, double> two_classes(const std::vector<float>& p, const std::vector<float>& y,
                                      Positive positive, bool with_zero) {
  double right = 0, all = 0, f1 = 0;
  for (bool of : {true, false}) {
    double both = 0, predicted = 0, support = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (!with_zero && y[i] == 0) continue;
      predicted += positive(p[i]) == of ? 1 : 0;
      support += positive(y[i]) == of ? 1 : 0;
      both += positive(p[i]) == of && positive(y[i]) == of ? 1 : 0;
    }
    right += both;
    all += support;
    if (predicted + support > 0) f1 += support * 2 * both / (predicted + support);
  }
  return {right / all, f1 / all};
}

// The metrics' definitions written down once more, one after the other, slow.
Metrics plain_metrics(const std::vector<float>& p, const std::vector<float>& y) {
  const auto n = static_cast<double>(y.size());
  double error = 0, acc7 = 0, acc5 = 0, p_mean = 0, y_mean = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    error += std::abs(static_cast<double>(p[i]) - y[i]) / n;
    acc7 += class_of(p[i], 3) == class_of(y[i], 3) ? 1 / n : 0;
    acc5 += class_of(p[i], 2) == class_of(y[i], 2) ? 1 / n : 0;
    p_mean += p[i] / n;
    y_mean += y[i] / n;
  }
  double pp = 0, yy = 0, py = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    pp += (p[i] - p_mean) * (p[i] - p_mean);
    yy += (y[i] - y_mean) * (y[i] - y_mean);
    py += (p[i] - p_mean) * (y[i] - y_mean);
  }
  const auto has0 = two_classes(
      p, y, [](double v) { return v >= 0; }, true);
  const auto non0 = two_classes(
      p, y, [](double v) { return v > 0; }, false);
  return {static_cast<std::int64_t>(y.size()),
          error,
          py / std::sqrt(pp * yy),
          acc7,
          acc5,
          has0.first,
          has0.second,
          non0.first,
          non0.second,
          std::nullopt};
}

// The definition spelled out: take each utterance's prediction by hand, draw by draw.
TEST(Evaluation, DrawsAreLookUps) {
  const Fixture f = fixture(50);
  const EvaluationPlan plan{one_of_each_family(), 3};
  const auto rows = rows_of(f, plan);
  for (const Condition& drawn : plan.conditions) {
    std::vector<std::vector<std::optional<double>>> draws;
    for (int draw = 0; draw < plan.draws; ++draw) {
      const Mask mask = draw_mask(draw, drawn.family, SplitName::test, f.ids);
      const std::vector<float> predictions = looked_up(f, remaining(mask, drawn));
      draws.push_back(values(plain_metrics(predictions, f.labels)));
      if (draw > 0) continue;
      EXPECT_EQ(values(find(rows, drawn, RowKind::first)), values(score(predictions, f.labels)));
    }
    const auto first = values(find(rows, drawn, RowKind::first));
    const auto means = values(find(rows, drawn, RowKind::mean));
    const auto deviations = values(find(rows, drawn, RowKind::sd));
    for (std::size_t k = 0; k < first.size(); ++k) {
      const double mean = (*draws[0][k] + *draws[1][k] + *draws[2][k]) / 3;
      double squares = 0;
      for (const auto& draw : draws) squares += (*draw[k] - mean) * (*draw[k] - mean);
      EXPECT_NEAR(first[k].value(), *draws[0][k], 1e-12) << text(drawn) << " " << k;
      EXPECT_NEAR(means[k].value(), mean, 1e-12) << text(drawn) << " " << k;
      EXPECT_NEAR(deviations[k].value(), std::sqrt(squares / 2), 1e-12) << text(drawn) << " " << k;
    }
  }
}

// Tables must not change with what else a sweep file asks for.
TEST(Evaluation, ARowHasTheSameBitsWhateverElseIsInThePlan) {
  const Fixture f = fixture(61);
  std::vector<Condition> many = paper_conditions();
  for (const Condition& drawn : one_of_each_family()) {
    if (std::find(many.begin(), many.end(), drawn) == many.end()) many.push_back(drawn);
  }
  const auto all = rows_of(f, {many, 4});
  std::reverse(many.begin(), many.end());
  const auto reversed = rows_of(f, {many, 4});
  for (const Condition& one : many) {
    const auto alone = rows_of(f, {{one}, 4});
    for (const MetricRow& row : alone) {
      EXPECT_EQ(values(row.metrics), values(find(all, one, row.kind))) << text(one);
      EXPECT_EQ(values(row.metrics), values(find(reversed, one, row.kind))) << text(one);
    }
  }
}

TEST(Evaluation, ThreadsShareOneMaskTable) {
  const Fixture f = fixture(40);
  const EvaluationPlan plan{one_of_each_family(), 5};
  const MaskTable masks(plan, SplitName::test, f.ids);
  std::vector<std::vector<MetricRow>> rows(4);
  std::vector<std::thread> threads;
  for (auto& mine : rows) {
    threads.emplace_back([&] { mine = evaluate(SplitName::test, f.predictions, f.labels, plan, masks); });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t k = 0; k < rows[0].size(); ++k) {
    for (const auto& others : rows) EXPECT_EQ(values(others.at(k).metrics), values(rows[0][k].metrics));
  }
}

TEST(Evaluation, WhatRemainsIsWhatTheMaskSays) {
  const Fixture f = fixture(12);
  const EvaluationPlan plan{{condition("subset/TV"), condition("missing_rate/50")}, 2};
  const MaskTable masks(plan, SplitName::test, f.ids);
  EXPECT_EQ(remaining(plan.conditions[0], 0, masks), std::vector<Subset>(12, Subset::TV));
  EXPECT_EQ(remaining(plan.conditions[1], 1, masks),
            remaining(draw_mask(1, Family::missing_rate, SplitName::test, f.ids), plan.conditions[1]));
}

bool is_null(const Metrics& metrics) {
  const auto all = values(metrics);
  return std::all_of(all.begin(), all.end(), [](const auto& value) { return !value.has_value(); });
}

TEST(Evaluation, APredictionThatIsNotFiniteMakesTheRowsItEntersNull) {
  Fixture f = fixture(30);
  const std::size_t bad = 17;
  f.predictions[static_cast<std::size_t>(row(Subset::A)) * 30 + bad] = std::nanf("");
  std::vector<Condition> conditions = one_of_each_family();
  for (const char* text :
       {"complete", "subset/A", "subset/T", "imbalanced/0-50-50", "imbalanced/20-0-20", "missing_rate/1"}) {
    conditions.push_back(condition(text));
  }
  const EvaluationPlan plan{conditions, 6};
  const MaskTable masks(plan, SplitName::test, f.ids);
  const auto rows = rows_of(f, plan);
  EXPECT_FALSE(is_null(find(rows, condition("complete"), RowKind::fixed)));
  EXPECT_FALSE(is_null(find(rows, condition("subset/T"), RowKind::fixed)));
  EXPECT_TRUE(is_null(find(rows, condition("subset/A"), RowKind::fixed)));
  int null_first = 0, null_mean = 0;
  for (const Condition& drawn : conditions) {
    if (!drawn.drawn()) continue;
    int entered = 0;
    for (int draw = 0; draw < plan.draws; ++draw)
      entered += remaining(drawn, draw, masks)[bad] == Subset::A ? 1 : 0;
    const bool enters_first = remaining(drawn, 0, masks)[bad] == Subset::A;
    EXPECT_EQ(is_null(find(rows, drawn, RowKind::first)), enters_first) << text(drawn);
    EXPECT_EQ(is_null(find(rows, drawn, RowKind::mean)), entered > 0) << text(drawn);
    EXPECT_EQ(is_null(find(rows, drawn, RowKind::sd)), entered > 0) << text(drawn);
    null_first += enters_first ? 1 : 0;
    null_mean += entered > 0 ? 1 : 0;
  }
  EXPECT_GT(null_first, 0);
  EXPECT_GT(null_mean, null_first);
  for (const char* text : {"text/30", "imbalanced/0-50-50", "missing_rate/1"})
    EXPECT_FALSE(is_null(find(rows, condition(text), RowKind::expected))) << text;
  for (const char* text : {"random/40", "instance/30", "missing_rate/10", "imbalanced/20-0-20"})
    EXPECT_TRUE(is_null(find(rows, condition(text), RowKind::expected))) << text;
}

TEST(Evaluation, ManyDrawsApproachTheExpectation) {
  const Fixture f = fixture(60);
  const EvaluationPlan plan{one_of_each_family(), 1000};
  const auto rows = rows_of(f, plan);
  for (const Condition& drawn : plan.conditions) {
    const auto means = values(find(rows, drawn, RowKind::mean));
    const auto expected = values(find(rows, drawn, RowKind::expected));
    const auto deviations = values(find(rows, drawn, RowKind::sd));
    for (std::size_t k = 0; k < means.size(); ++k) {
      if (!expected[k]) continue;
      EXPECT_NEAR(*means[k], *expected[k], 5 * *deviations[k] / std::sqrt(1000.0)) << text(drawn) << " " << k;
    }
  }
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
