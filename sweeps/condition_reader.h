#pragma once
// `evaluation.conditions` of a sweep file: the name of a list, or a list of names and {family, rates,
// subsets}.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/condition.h"
#include "sweeps/mistakes.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

inline constexpr std::array<std::string_view, 3> kConditionKeys{"family", "rates", "subsets"};

// The conditions in the order written, each once: names may share some, and mappings may repeat what a name
// stands for, but what two mappings spell out is a mistake. `subset` without `subsets` means all six, a drawn
// family without `rates` its default_rates(); `imbalanced` needs them. Empty if there was a mistake.
std::vector<Condition> read_conditions(const YamlNode& node, const std::string& path, Mistakes& mistakes);

}  // namespace missmodal::sweeps
