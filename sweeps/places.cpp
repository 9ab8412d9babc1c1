#include "sweeps/places.h"

#include "sweeps/yaml_reading.h"

namespace missmodal::sweeps {
namespace {

using Places = std::map<std::string, std::string>;

void note(const YamlNode& node, const std::string& path, Places& places) {
  places.emplace(path, node.line == 0 ? node.place : node.place + ": " + path);
  for (const auto& [key, value] : node.entries) note(value, dotted(path, key.text), places);
}

}  // namespace

Places places_of(const YamlNode& root) {
  Places places;
  for (const auto& [key, value] : root.entries) note(value, key.text, places);
  const YamlNode* stages = root.find("stages");
  if (stages == nullptr) return places;
  for (const YamlNode& stage : stages->items) {
    if (const YamlNode* name = stage.find("name")) note(stage, "stages." + name->text, places);
  }
  return places;
}

}  // namespace missmodal::sweeps
