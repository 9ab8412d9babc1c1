#pragma once
// Full dotted keys with values: `set` and `variants` (one value each), `parameters` (what a search tries).

#include <string>
#include <vector>

#include "sweeps/mistakes.h"
#include "sweeps/sweep_file.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

Settings read_settings(const YamlNode& node, const std::string& path, Mistakes& mistakes);

// In the order of the keys' names, so that the file's order changes nothing. `ranges`: whether {min, max,
// log} is allowed (method random).
std::vector<Parameter> read_parameters(const YamlNode& node, const std::string& path, bool ranges,
                                       Mistakes& mistakes);

}  // namespace missmodal::sweeps
