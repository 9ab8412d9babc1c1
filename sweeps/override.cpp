#include "sweeps/override.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/file_key.h"
#include "sweeps/key.h"
#include "sweeps/nearest.h"

namespace missmodal::sweeps {
namespace {

YamlNode node_at(const std::string& place, YamlNode::Kind kind) {
  YamlNode node;
  node.kind = kind;
  node.place = place;
  return node;
}

// Makes the maps on the way. Where something else than a map stands in the way the file has a mistake of its
// own.
void put(YamlNode& map, std::string_view path, YamlNode value, const std::string& place) {
  const std::size_t dot = path.find('.');
  const std::string_view part = path.substr(0, dot);
  YamlNode* child = map.find(part);
  if (child == nullptr) {
    YamlNode key = node_at(place, YamlNode::Kind::scalar);
    key.text = part;
    map.entries.emplace_back(std::move(key), node_at(place, YamlNode::Kind::map));
    child = &map.entries.back().second;
  }
  if (dot == std::string_view::npos) {
    *child = std::move(value);
  } else if (child->kind == YamlNode::Kind::map) {
    put(*child, path.substr(dot + 1), std::move(value), place);
  }
}

void erase(YamlNode& map, std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    std::erase_if(map.entries, [&](const auto& entry) { return entry.first.text == path; });
  } else if (YamlNode* child = map.find(path.substr(0, dot))) {
    erase(*child, path.substr(dot + 1));
  }
}

// What is set replaces the key under whatever name it has.
void erase_other_spellings(YamlNode& root, std::string_view key) {
  for (const Spelling& other : kOtherSpellings) {
    if (key == other.path) erase(root, other.spelling);
    if (key == other.spelling) erase(root, other.path);
  }
}

}  // namespace

void apply_overrides(YamlNode& root, const std::vector<std::string>& overrides, Mistakes& mistakes) {
  for (const std::string& override_text : overrides) {
    const std::string place = "--set " + override_text;
    const YamlNode here = node_at(place, YamlNode::Kind::scalar);
    const std::size_t equals = override_text.find('=');
    const std::string key = override_text.substr(0, equals);
    const auto known = file_level_paths();
    if (equals == std::string::npos) {
      mistakes.add(here, key, "must be key=value");
    } else if (std::find(known.begin(), known.end(), key) == known.end()) {
      mistakes.add(here, key, unknown_key(key, known));
    } else {
      try {
        YamlNode value = parse_yaml(override_text.substr(equals + 1), "", place);
        erase_other_spellings(root, key);
        put(root, key, std::move(value), place);
      } catch (const InputError& error) {
        mistakes.add(here, key, error.mistakes().front().reason);
      }
    }
  }
}

}  // namespace missmodal::sweeps
