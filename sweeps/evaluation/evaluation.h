#pragma once
// Every missing-modality condition, rate and draw, looked up in one 7 x N prediction matrix. Pure functions:
// any number of threads may call them at once, with one MaskTable between them.

#include <span>
#include <vector>

#include "sweeps/condition.h"
#include "sweeps/evaluation/masks.h"
#include "sweeps/label_scale.h"
#include "sweeps/trial_result.h"

namespace missmodal::sweeps {

// Raised whenever the same predictions, labels, conditions and draws would give other metrics than before.
inline constexpr int kMetricsVersion = 1;

// `predictions` is (7, N) row-major in Subset order, `labels` (N), `masks` those of the same plan and split.
// Rows come in the plan's order of conditions; for a drawn one `mean`, `sd` (n - 1; left out for a single
// draw), `first` (draw 0) and `expected` (subset_weights()), else `fixed`. A mean or sd is NULL where a
// draw's value is. A row's bits depend on its condition and the number of draws alone, not on what else is in
// the plan; those of a draw are score()'s of the predictions that it looks up.
std::vector<MetricRow> evaluate(SplitName split, std::span<const float> predictions,
                                std::span<const float> labels, const EvaluationPlan& plan,
                                const MaskTable& masks, LabelScale scale = LabelScale::three);

// The N subsets that remain under one draw of a condition; for a condition without draws every utterance's is
// condition.subset.
std::vector<Subset> remaining(const Condition& condition, int draw, const MaskTable& masks);

}  // namespace missmodal::sweeps
