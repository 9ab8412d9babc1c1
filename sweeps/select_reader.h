#pragma once
// `select` of a search stage.

#include <string>
#include <vector>

#include "sweeps/mistakes.h"
#include "sweeps/sweep_file.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

// There is no split to choose: a selection sees the validation split only, and asking for another is a
// mistake.
Selection read_selection(const YamlNode& node, const std::string& path,
                         const std::vector<Condition>& evaluated, Mistakes& mistakes);

}  // namespace missmodal::sweeps
