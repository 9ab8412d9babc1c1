#pragma once
// Conditions that belong together: the lists with a name, and the rates of a family.

#include <array>
#include <string_view>
#include <vector>

#include "sweeps/condition.h"

namespace missmodal::sweeps {

inline constexpr std::array<std::string_view, 3> kConditionListNames{"paper", "mr", "missmac"};

// `mr`: complete, missing_rate at 10..70 %. `missmac`: complete, the six incomplete subsets, `mr`, instance
// at 10..100 %. Each condition once. Precondition: one of kConditionListNames.
std::vector<Condition> named_conditions(std::string_view name);

// The rates of a family where none are given. Precondition: drawn and not `imbalanced`, which has none.
std::vector<int> default_rates(Family family);

// 70 of `missing_rate`, as every utterance keeps one modality of three; else 100.
int highest_rate(Family family);

}  // namespace missmodal::sweeps
