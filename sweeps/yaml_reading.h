#pragma once
// Reading typed values out of a YAML tree; what does not fit goes to Mistakes, and the reader goes on.

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sweeps/mistakes.h"
#include "sweeps/value_type.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

// The node's typed value, or nothing and a mistake at `path`.
std::optional<nlohmann::json> read_value(const YamlNode& node, const ValueType& type, const std::string& path,
                                         Mistakes& mistakes);

// Whether the node is a map; if not, a mistake. Keys that are not in `known` and keys that occur twice are
// mistakes too.
bool check_map(const YamlNode& node, const std::string& path, std::span<const std::string_view> known,
               Mistakes& mistakes);

// Keys that occur twice in this map.
void check_duplicates(const YamlNode& map, const std::string& path, Mistakes& mistakes);

// "model" and "name" -> "model.name"; "" and "name" -> "name".
std::string dotted(std::string_view parent, std::string_view child);

}  // namespace missmodal::sweeps
