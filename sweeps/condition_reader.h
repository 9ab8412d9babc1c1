#pragma once
// `evaluation.conditions` of a sweep file: the word paper, or a list of {family, rates, subsets}.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/condition.h"
#include "sweeps/mistakes.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

inline constexpr std::array<std::string_view, 3> kConditionKeys{"family", "rates", "subsets"};

// The conditions in the order written, none twice. `subset` without `subsets` means all six, a drawn family
// without `rates` the paper's rates. Empty if there was a mistake.
std::vector<Condition> read_conditions(const YamlNode& node, const std::string& path, Mistakes& mistakes);

}  // namespace missmodal::sweeps
