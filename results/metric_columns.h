#pragma once
// The columns of a score, in `metrics` and in every table: docs/evaluation.md, "Metrics". views.cmake has the
// same list.

#include <algorithm>
#include <array>
#include <string_view>

namespace missmodal::results {

inline constexpr std::array<std::string_view, 9> kMetricColumns{
    "acc2_has0", "f1_has0", "acc2_non0", "f1_non0", "acc7", "acc5", "acc3", "mae", "corr"};

inline bool is_metric(std::string_view column) {
  return std::find(kMetricColumns.begin(), kMetricColumns.end(), column) != kMetricColumns.end();
}

}  // namespace missmodal::results
