#include "sweeps/condition_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sweeps/yaml_reading.h"

namespace missmodal::sweeps {
namespace {

const ValueType kFamilyType{Kind::choice, {}, {"complete", "subset", "text", "audio", "vision", "random"}};
const ValueType kSubsetType{Kind::choice, {}, {"T", "A", "V", "TA", "TV", "AV"}};
const ValueType kRateType{Kind::whole, {1, 100}};

// The typed items of a list, with a mistake for each bad one. Nothing if `node` is no list.
std::optional<std::vector<nlohmann::json>> read_list(const YamlNode& node, const ValueType& type,
                                                     const std::string& path, Mistakes& mistakes) {
  if (node.kind != YamlNode::Kind::sequence || node.items.empty()) {
    mistakes.add(node, path, "must be a list, got " + shown(node.json()));
    return std::nullopt;
  }
  std::vector<nlohmann::json> values;
  for (const YamlNode& item : node.items) {
    if (auto value = read_value(item, type, path, mistakes)) values.push_back(std::move(*value));
  }
  return values;
}

void refuse_key(const YamlNode& node, std::string_view key, std::string_view family, const std::string& path,
                Mistakes& mistakes) {
  if (const YamlNode* found = node.find(key)) {
    mistakes.add(*found, dotted(path, key), fmt::format("has no meaning for the family {}", family));
  }
}

std::vector<Condition> read_subsets(const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  refuse_key(node, "rates", "subset", path, mistakes);
  std::vector<nlohmann::json> words(kSubsetType.choices.begin(), kSubsetType.choices.end());
  if (const YamlNode* list = node.find("subsets")) {
    words =
        read_list(*list, kSubsetType, path + ".subsets", mistakes).value_or(std::vector<nlohmann::json>{});
  }
  std::vector<Condition> conditions;
  for (const nlohmann::json& word : words) {
    conditions.push_back({Family::subset, *parse_subset(word.get_ref<const std::string&>()), 0});
  }
  return conditions;
}

std::vector<Condition> read_rates(const YamlNode& node, Family family, const std::string& path,
                                  Mistakes& mistakes) {
  refuse_key(node, "subsets", name(family), path, mistakes);
  std::vector<int> rates = paper_rates(family);
  if (const YamlNode* list = node.find("rates")) {
    rates.clear();
    const auto values = read_list(*list, kRateType, path + ".rates", mistakes);
    for (const nlohmann::json& value : values.value_or(std::vector<nlohmann::json>{}))
      rates.push_back(value.get<int>());
  }
  std::vector<Condition> conditions;
  for (int rate : rates) conditions.push_back({family, Subset::TAV, rate});
  return conditions;
}

std::vector<Condition> read_family(const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  if (!check_map(node, path, kConditionKeys, mistakes)) return {};
  const YamlNode* word = node.find("family");
  if (word == nullptr) {
    mistakes.add(node, path + ".family", "is missing");
    return {};
  }
  const auto checked = read_value(*word, kFamilyType, path + ".family", mistakes);
  if (!checked) return {};
  const Family family = *parse_family(checked->get_ref<const std::string&>());
  if (family == Family::subset) return read_subsets(node, path, mistakes);
  if (family != Family::complete) return read_rates(node, family, path, mistakes);
  refuse_key(node, "rates", "complete", path, mistakes);
  refuse_key(node, "subsets", "complete", path, mistakes);
  return {Condition{}};
}

}  // namespace

std::vector<Condition> read_conditions(const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  if (node.kind == YamlNode::Kind::scalar && node.text == "paper") return paper_conditions();
  if (node.kind != YamlNode::Kind::sequence || node.items.empty()) {
    mistakes.add(node, path,
                 "must be paper or a list of {family, rates, subsets}, got " + shown(node.json()));
    return {};
  }
  const std::size_t mistakes_before = mistakes.count();
  std::vector<Condition> conditions;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    for (const Condition& condition : read_family(node.items[i], fmt::format("{}[{}]", path, i), mistakes)) {
      if (std::find(conditions.begin(), conditions.end(), condition) != conditions.end()) {
        mistakes.add(node.items[i], path, "holds " + text(condition) + " twice");
      } else {
        conditions.push_back(condition);
      }
    }
  }
  if (mistakes.count() != mistakes_before) conditions.clear();
  return conditions;
}

}  // namespace missmodal::sweeps
