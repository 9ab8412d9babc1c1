#include "sweeps/yaml_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sweeps/nearest.h"

namespace missmodal::sweeps {

std::optional<nlohmann::json> read_value(const YamlNode& node, const ValueType& type, const std::string& path,
                                         Mistakes& mistakes) {
  Typed checked = typed(type, node.json());
  if (checked.ok()) return std::move(checked.value);
  mistakes.add(node, path, std::move(checked.reason));
  return std::nullopt;
}

bool check_map(const YamlNode& node, const std::string& path, std::span<const std::string_view> known,
               Mistakes& mistakes) {
  if (node.kind != YamlNode::Kind::map) {
    mistakes.add(node, path,
                 fmt::format("must be a mapping with the keys {}, got {}", fmt::join(known, ", "),
                             shown(node.json())));
    return false;
  }
  check_duplicates(node, path, mistakes);
  for (const auto& [key, value] : node.entries) {
    if (std::find(known.begin(), known.end(), key.text) != known.end()) continue;
    mistakes.add(key, dotted(path, key.text), unknown_key(key.text, known));
  }
  return true;
}

void check_duplicates(const YamlNode& map, const std::string& path, Mistakes& mistakes) {
  std::map<std::string_view, const YamlNode*> first;
  for (const auto& [key, value] : map.entries) {
    const auto [earlier, is_new] = first.emplace(key.text, &key);
    if (!is_new) mistakes.add(key, dotted(path, key.text), "is a duplicate of " + earlier->second->place);
  }
}

std::string dotted(std::string_view parent, std::string_view child) {
  return parent.empty() ? std::string(child) : std::string(parent) + "." + std::string(child);
}

}  // namespace missmodal::sweeps
