#pragma once
// A 7 x N prediction matrix, judged once: every condition is a sum over what it looks up here.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sweeps/evaluation/metrics.h"
#include "sweeps/subset.h"
#include "sweeps/trial_result.h"

namespace missmodal::sweeps {

class Judgements {
 public:
  // `predictions` is (7, N) row-major in Subset order, `labels` (N), as of Truth.
  Judgements(std::span<const float> predictions, std::span<const float> labels, LabelScale scale);

  // Everyone keeps `subset`.
  const Metrics& score(Subset subset) const { return by_subset_[static_cast<std::size_t>(row(subset))]; }

  // Utterance i is judged by its prediction in row rows[i], (N): the same bits as score() of those
  // predictions.
  Metrics score(std::span<const std::uint8_t> rows) const;

  // Each utterance keeps a subset with that probability, by row(subset): MAE and the accuracies are sums over
  // utterances, so their expectation is the weighted mean of the subsets' own. F1 and Corr are NULL.
  Metrics expected(const std::array<double, kSubsetCount>& weights) const;

 private:
  Truth truth_;
  std::vector<Judgement> judgements_;  // (7, N)
  std::array<Metrics, kSubsetCount> by_subset_;
};

}  // namespace missmodal::sweeps
