#pragma once
// A key under two names in one map of the sweep file.

#include <string>
#include <string_view>

#include "sweeps/mistakes.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

// Whether the entry `name: value` of `map` says under another spelling what the map says under the key's own
// path too; then it can be passed over. Two different values are a mistake at `path`. `section`: the dotted
// path that the map's names continue, "" where they are full ones.
bool repeats_a_key(const YamlNode& map, std::string_view section, const YamlNode& name, const YamlNode& value,
                   const std::string& path, Mistakes& mistakes);

}  // namespace missmodal::sweeps
