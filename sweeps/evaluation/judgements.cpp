#include "sweeps/evaluation/judgements.h"

#include <optional>

#include "sweeps/error.h"

namespace missmodal::sweeps {

Judgements::Judgements(std::span<const float> predictions, std::span<const float> labels, LabelScale scale)
    : truth_(labels, scale) {
  const std::size_t n = labels.size();
  MISSMODAL_CHECK(predictions.size() == kSubsetCount * n);
  judgements_.reserve(predictions.size());
  for (std::size_t i = 0; i < predictions.size(); ++i)
    judgements_.push_back(truth_.judge(predictions[i], i % n));
  for (std::size_t s = 0; s < by_subset_.size(); ++s)
    by_subset_[s] = score(std::vector<std::uint8_t>(n, static_cast<std::uint8_t>(s)));
}

Metrics Judgements::score(std::span<const std::uint8_t> rows) const {
  const std::size_t n = truth_.size();
  MISSMODAL_CHECK(rows.size() == n);
  Sums sums;
  sums.first_prediction = judgements_[rows[0] * n].prediction;
  for (std::size_t i = 0; i < n; ++i) sums.add(judgements_[rows[i] * n + i], truth_.shifted(i));
  return truth_.metrics(sums);
}

Metrics Judgements::expected(const std::array<double, kSubsetCount>& weights) const {
  const auto mean = [&](std::optional<double> Metrics::*metric) {
    std::optional<double> sum = 0;
    for (std::size_t s = 0; s < weights.size(); ++s) {
      if (weights[s] == 0) continue;  // whatever is not finite there does not enter
      const std::optional<double>& value = by_subset_[s].*metric;
      sum = sum && value ? std::optional(*sum + weights[s] * *value) : std::nullopt;
    }
    return sum;
  };
  Metrics metrics;
  metrics.n = static_cast<std::int64_t>(truth_.size());
  metrics.mae = mean(&Metrics::mae);
  metrics.acc7 = mean(&Metrics::acc7);
  metrics.acc5 = mean(&Metrics::acc5);
  metrics.acc3 = mean(&Metrics::acc3);
  metrics.acc2_has0 = mean(&Metrics::acc2_has0);
  metrics.acc2_non0 = mean(&Metrics::acc2_non0);
  return metrics;
}

}  // namespace missmodal::sweeps
