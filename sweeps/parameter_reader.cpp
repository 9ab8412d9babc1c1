#include "sweeps/parameter_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "sweeps/file_key.h"
#include "sweeps/key.h"
#include "sweeps/nearest.h"
#include "sweeps/spelling.h"
#include "sweeps/stage_reader.h"
#include "sweeps/yaml_reading.h"

namespace missmodal::sweeps {
namespace {

bool is_section(std::string_view word) {
  const std::string start = std::string(word) + ".";
  const auto paths = configuration_key_paths();
  return std::any_of(paths.begin(), paths.end(),
                     [&](std::string_view path) { return path.starts_with(start); });
}

std::string why_unknown(const std::string& word) {
  const auto whole_file = file_keys();
  const bool known =
      std::any_of(whole_file.begin(), whole_file.end(), [&](const FileKey& key) { return key.path == word; });
  if (known || word == "evaluation.conditions") return "holds for the whole file; no stage can change it";
  if (is_section(word)) return "must be a full dotted key, such as loss.alpha";
  return unknown_key(word, configuration_key_paths());
}

// Calls `read(key, node, path)` for every known key of the map.
template <class Read>
void for_each_key(const YamlNode& node, const std::string& path, Mistakes& mistakes, Read read) {
  if (node.kind != YamlNode::Kind::map) {
    return mistakes.add(
        node, path, "must be a mapping with full dotted keys, such as loss.alpha, got " + shown(node.json()));
  }
  check_duplicates(node, path, mistakes);
  for (const auto& [name, value] : node.entries) {
    const std::string full = dotted(path, name.text);
    if (repeats_a_key(node, "", name, value, full, mistakes)) continue;
    if (const Key* key = find_key(name.text)) {
      read(*key, value, full);
    } else {
      mistakes.add(name, full, why_unknown(name.text));
    }
  }
}

std::optional<double> read_bound(const Key& key, const YamlNode& range, std::string_view name,
                                 const std::string& path, Mistakes& mistakes) {
  const YamlNode* bound = range.find(name);
  if (bound == nullptr) {
    mistakes.add(range, dotted(path, name), "is missing");
    return std::nullopt;
  }
  const auto value = read_value(*bound, key.type, dotted(path, name), mistakes);
  return value ? std::optional(value->get<double>()) : std::nullopt;
}

Parameter read_range(const Key& key, const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  Parameter parameter{std::string(key.path), {}, 0, 0, false};
  if (key.type.kind != Kind::whole && key.type.kind != Kind::number) {
    mistakes.add(node, path, "has no range: list its values");
    return parameter;
  }
  if (!check_map(node, path, kRangeKeys, mistakes)) return parameter;
  const auto low = read_bound(key, node, "min", path, mistakes);
  const auto high = read_bound(key, node, "max", path, mistakes);
  if (const YamlNode* log = node.find("log")) {
    if (log->value.is_boolean()) {
      parameter.logarithmic = log->value.get<bool>();
    } else {
      mistakes.add(*log, path + ".log", "must be true or false, got " + shown(log->json()));
    }
  }
  if (!low || !high) return parameter;
  if (*low >= *high) mistakes.add(node, path, "must have min < max");
  if (parameter.logarithmic && *low <= 0) mistakes.add(node, path, "must have min > 0 for log");
  parameter.low = *low;
  parameter.high = *high;
  return parameter;
}

Parameter read_list(const Key& key, const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  Parameter parameter{std::string(key.path), {}, 0, 0, false};
  for (const YamlNode& item : node.items) {
    auto value = read_value(item, key.type, path, mistakes);
    if (!value) continue;
    if (std::find(parameter.values.begin(), parameter.values.end(), *value) != parameter.values.end()) {
      mistakes.add(item, path, "holds " + shown(*value) + " twice");
    } else {
      parameter.values.push_back(std::move(*value));
    }
  }
  return parameter;
}

}  // namespace

Settings read_settings(const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  Settings settings;
  for_each_key(node, path, mistakes, [&](const Key& key, const YamlNode& value, const std::string& full) {
    if (auto checked = read_value(value, key.type, full, mistakes)) {
      settings.emplace(key.path, std::move(*checked));
    }
  });
  return settings;
}

std::vector<Parameter> read_parameters(const YamlNode& node, const std::string& path, bool ranges,
                                       Mistakes& mistakes) {
  std::vector<Parameter> parameters;
  for_each_key(node, path, mistakes, [&](const Key& key, const YamlNode& value, const std::string& full) {
    if (value.kind == YamlNode::Kind::map && ranges) {
      parameters.push_back(read_range(key, value, full, mistakes));
      return;
    }
    if (value.kind != YamlNode::Kind::sequence || value.items.empty()) {
      const bool is_range = value.kind == YamlNode::Kind::map;
      mistakes.add(value, full,
                   is_range ? "a range needs the method random; list the values"
                            : "must be a list of values, got " + shown(value.json()));
      return;
    }
    Parameter parameter = read_list(key, value, full, mistakes);
    if (!parameter.values.empty()) parameters.push_back(std::move(parameter));
  });
  if (node.kind == YamlNode::Kind::map && node.entries.empty()) mistakes.add(node, path, "must not be empty");
  std::sort(parameters.begin(), parameters.end(),
            [](const Parameter& a, const Parameter& b) { return a.key < b.key; });
  return parameters;
}

}  // namespace missmodal::sweeps
