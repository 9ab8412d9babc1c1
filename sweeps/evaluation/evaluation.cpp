#include "sweeps/evaluation/evaluation.h"

#include <array>
#include <cmath>
#include <optional>

#include "sweeps/error.h"
#include "sweeps/evaluation/expectation.h"
#include "sweeps/evaluation/judgements.h"

namespace missmodal::sweeps {
namespace {

// Metrics as numbers in a row, so that draws can be averaged value by value.
constexpr std::size_t kValues = 9;
using Values = std::array<std::optional<double>, kValues>;

Values values_of(const Metrics& m) {
  return {m.mae, m.corr, m.acc7, m.acc5, m.acc2_has0, m.f1_has0, m.acc2_non0, m.f1_non0, m.acc3};
}

Metrics metrics_of(const Values& v, std::int64_t n) {
  return {n, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]};
}

struct Spread {
  Values mean;
  Values sd;
};

Spread spread(const std::vector<Values>& draws) {
  Spread result;
  const auto count = static_cast<double>(draws.size());
  for (std::size_t k = 0; k < kValues; ++k) {
    double sum = 0;
    bool complete = true;
    for (const Values& draw : draws) {
      complete = complete && draw[k].has_value();
      sum += draw[k].value_or(0);
    }
    if (!complete) continue;
    const double mean = sum / count;
    double squares = 0;
    for (const Values& draw : draws) squares += (*draw[k] - mean) * (*draw[k] - mean);
    result.mean[k] = mean;
    result.sd[k] = draws.size() > 1 ? std::sqrt(squares / (count - 1)) : 0;
  }
  return result;
}

}  // namespace

std::vector<Subset> remaining(const Condition& condition, int draw, const MaskTable& masks) {
  if (!condition.drawn()) return std::vector<Subset>(masks.size(), condition.subset);
  std::vector<Subset> subsets;
  for (std::uint8_t row : masks.rows(condition, draw)) subsets.push_back(kSubsets[row]);
  return subsets;
}

std::vector<MetricRow> evaluate(SplitName split, std::span<const float> predictions,
                                std::span<const float> labels, const EvaluationPlan& plan,
                                const MaskTable& masks, LabelScale scale) {
  MISSMODAL_CHECK(masks.size() == labels.size() && plan.draws > 0);
  const Judgements judgements(predictions, labels, scale);
  const auto n = static_cast<std::int64_t>(labels.size());
  std::vector<MetricRow> rows;
  std::vector<Values> draws(static_cast<std::size_t>(plan.draws));
  for (const Condition& condition : plan.conditions) {
    if (!condition.drawn()) {
      rows.push_back({split, condition, RowKind::fixed, judgements.score(condition.subset)});
      continue;
    }
    for (int draw = 0; draw < plan.draws; ++draw) {
      draws[static_cast<std::size_t>(draw)] = values_of(judgements.score(masks.rows(condition, draw)));
    }
    const Spread over_draws = spread(draws);
    rows.push_back({split, condition, RowKind::mean, metrics_of(over_draws.mean, n)});
    if (plan.draws > 1) rows.push_back({split, condition, RowKind::sd, metrics_of(over_draws.sd, n)});
    rows.push_back({split, condition, RowKind::first, metrics_of(draws.front(), n)});
    rows.push_back(
        {split, condition, RowKind::expected, judgements.expected(subset_weights(condition, labels.size()))});
  }
  return rows;
}

}  // namespace missmodal::sweeps
