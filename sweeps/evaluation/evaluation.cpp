#include "sweeps/evaluation/evaluation.h"

#include <array>
#include <cmath>
#include <optional>

#include "sweeps/error.h"
#include "sweeps/evaluation/metrics.h"

namespace missmodal::sweeps {
namespace {

// Metrics as numbers in a row, so that draws can be averaged value by value.
constexpr std::size_t kValues = 8;
using Values = std::array<std::optional<double>, kValues>;

Values values_of(const Metrics& m) {
  return {m.mae, m.corr, m.acc7, m.acc5, m.acc2_has0, m.f1_has0, m.acc2_non0, m.f1_non0};
}

Metrics metrics_of(const Values& v, std::int64_t n) {
  return {n, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]};
}

struct Spread {
  Values mean;
  Values sd;
};

Spread spread(const std::vector<Metrics>& draws) {
  Spread result;
  const auto count = static_cast<double>(draws.size());
  for (std::size_t k = 0; k < kValues; ++k) {
    double sum = 0;
    bool complete = true;
    for (const Metrics& draw : draws) {
      const std::optional<double> value = values_of(draw)[k];
      complete = complete && value.has_value();
      sum += value.value_or(0);
    }
    if (!complete) continue;
    const double mean = sum / count;
    double squares = 0;
    for (const Metrics& draw : draws) squares += std::pow(*values_of(draw)[k] - mean, 2);
    result.mean[k] = mean;
    result.sd[k] = draws.size() > 1 ? std::sqrt(squares / (count - 1)) : 0;
  }
  return result;
}

// All judgements of a split: (7, N).
class Judgements {
 public:
  Judgements(std::span<const float> predictions, std::span<const float> labels) : labels_(labels) {
    MISSMODAL_CHECK(predictions.size() == kSubsetCount * labels.size());
    judgements_.reserve(predictions.size());
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      judgements_.push_back(judge(predictions[i], labels[i % labels.size()]));
    }
  }

  const Judgement& at(Subset subset, std::size_t utterance) const {
    return judgements_[static_cast<std::size_t>(row(subset)) * labels_.size() + utterance];
  }

  Metrics score(std::span<const Subset> remains) const {
    Tally tally;
    for (std::size_t i = 0; i < labels_.size(); ++i) tally.add(at(remains[i], i), labels_[i]);
    return tally.metrics();
  }

  Metrics expected(const Condition& condition) const {
    const std::size_t n = labels_.size();
    const double affected =
        static_cast<double>(affected_count(condition.rate_percent, n)) / static_cast<double>(n);
    std::array<double, kSubsetCount> weights{};
    weights[0] = 1 - affected;
    if (condition.family == Family::random) {
      for (int s = 1; s < kSubsetCount; ++s) weights[static_cast<std::size_t>(s)] = affected / 6;
    } else {
      const Modality missing = condition.family == Family::text    ? Modality::text
                               : condition.family == Family::audio ? Modality::audio
                                                                   : Modality::vision;
      weights[static_cast<std::size_t>(row(without(missing)))] = affected;
    }
    double mae = 0, acc7 = 0, acc5 = 0, has0 = 0, non0 = 0;
    std::size_t non0_count = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const float y = labels_[i];
      non0_count += y != 0 ? 1 : 0;
      for (Subset subset : kSubsets) {
        const double weight = weights[static_cast<std::size_t>(row(subset))];
        const Judgement& judgement = at(subset, i);
        mae += weight * judgement.error;
        acc7 += judgement.acc7 ? weight : 0;
        acc5 += judgement.acc5 ? weight : 0;
        has0 += judgement.positive_has0 == (y >= 0) ? weight : 0;
        if (y != 0) non0 += judgement.positive_non0 == (y > 0) ? weight : 0;
      }
    }
    const auto count = static_cast<double>(n);
    Metrics metrics;
    metrics.n = static_cast<std::int64_t>(n);
    metrics.mae = mae / count;
    metrics.acc7 = acc7 / count;
    metrics.acc5 = acc5 / count;
    metrics.acc2_has0 = has0 / count;
    if (non0_count > 0) metrics.acc2_non0 = non0 / static_cast<double>(non0_count);
    return metrics;
  }

 private:
  std::span<const float> labels_;
  std::vector<Judgement> judgements_;
};

}  // namespace

std::vector<Subset> remaining(const Condition& condition, int draw, const MaskTable& masks) {
  if (!condition.drawn()) return std::vector<Subset>(masks.size(), condition.subset);
  std::vector<Subset> remains(masks.size(), Subset::TAV);
  const Mask& mask = masks.mask(condition.family, draw);
  const std::size_t affected = affected_count(condition.rate_percent, masks.size());
  for (std::size_t k = 0; k < affected; ++k) remains[mask.order[k]] = mask.keeps[mask.order[k]];
  return remains;
}

std::vector<MetricRow> evaluate(SplitName split, std::span<const float> predictions,
                                std::span<const float> labels, const EvaluationPlan& plan,
                                const MaskTable& masks) {
  MISSMODAL_CHECK(masks.size() == labels.size());
  const Judgements judgements(predictions, labels);
  const auto n = static_cast<std::int64_t>(labels.size());
  std::vector<MetricRow> rows;
  for (const Condition& condition : plan.conditions) {
    if (!condition.drawn()) {
      rows.push_back({split, condition, RowKind::fixed, judgements.score(remaining(condition, 0, masks))});
      continue;
    }
    std::vector<Metrics> draws;
    for (int draw = 0; draw < plan.draws; ++draw) {
      draws.push_back(judgements.score(remaining(condition, draw, masks)));
    }
    const Spread over_draws = spread(draws);
    rows.push_back({split, condition, RowKind::mean, metrics_of(over_draws.mean, n)});
    if (plan.draws > 1) rows.push_back({split, condition, RowKind::sd, metrics_of(over_draws.sd, n)});
    rows.push_back({split, condition, RowKind::first, draws.front()});
    rows.push_back({split, condition, RowKind::expected, judgements.expected(condition)});
  }
  return rows;
}

}  // namespace missmodal::sweeps
