#include "sweeps/trial_result.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace missmodal::sweeps {
namespace {

constexpr std::array<std::string_view, 3> kSplitNames{"train", "valid", "test"};
constexpr std::array<std::string_view, 5> kRowKindNames{"fixed", "mean", "sd", "first", "expected"};
constexpr std::array<std::string_view, 2> kMomentNames{"before", "after"};

}  // namespace

std::string_view name(SplitName split) {
  return kSplitNames[static_cast<unsigned>(split)];
}
std::string_view name(RowKind kind) {
  return kRowKindNames[static_cast<unsigned>(kind)];
}

std::string_view name(Moment moment) {
  return kMomentNames[static_cast<unsigned>(moment)];
}

bool predictions_are_finite(const TrialResult& result) {
  return std::all_of(result.predictions.begin(), result.predictions.end(), [](const SplitPredictions& split) {
    return std::all_of(split.values.begin(), split.values.end(),
                       [](float value) { return std::isfinite(value); });
  });
}

}  // namespace missmodal::sweeps
