#include "sweeps/condition_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sweeps/condition_list.h"
#include "sweeps/yaml_reading.h"

namespace missmodal::sweeps {
namespace {

const ValueType kFamilyType{
    Kind::choice,
    {},
    {"complete", "subset", "text", "audio", "vision", "random", "missing_rate", "instance", "imbalanced"}};
const ValueType kSubsetType{Kind::choice, {}, {"T", "A", "V", "TA", "TV", "AV"}};

bool check_list(const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  if (node.kind == YamlNode::Kind::sequence && !node.items.empty()) return true;
  mistakes.add(node, path, "must be a list, got " + shown(node.json()));
  return false;
}

// The typed items of a list, with a mistake for each bad one. Nothing if `node` is no list.
std::optional<std::vector<nlohmann::json>> read_list(const YamlNode& node, const ValueType& type,
                                                     const std::string& path, Mistakes& mistakes) {
  if (!check_list(node, path, mistakes)) return std::nullopt;
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
  std::vector<int> rates;
  if (const YamlNode* list = node.find("rates")) {
    const ValueType type{Kind::whole, {1, static_cast<double>(highest_rate(family))}};
    const auto values = read_list(*list, type, path + ".rates", mistakes);
    for (const nlohmann::json& value : values.value_or(std::vector<nlohmann::json>{}))
      rates.push_back(value.get<int>());
  } else {
    rates = default_rates(family);
  }
  std::vector<Condition> conditions;
  for (int rate : rates) conditions.push_back({family, Subset::TAV, rate});
  return conditions;
}

std::vector<Condition> read_imbalanced(const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  refuse_key(node, "subsets", "imbalanced", path, mistakes);
  const YamlNode* list = node.find("rates");
  if (list == nullptr) {
    mistakes.add(node, path + ".rates", "is missing, as in rates: [\"10-50-90\"]");
    return {};
  }
  if (!check_list(*list, path + ".rates", mistakes)) return {};
  std::vector<Condition> conditions;
  for (const YamlNode& item : list->items) {
    const bool is_text = item.kind == YamlNode::Kind::scalar && item.value.is_string();
    const auto condition = is_text ? parse_condition("imbalanced/" + item.text) : std::nullopt;
    if (condition) {
      conditions.push_back(*condition);
    } else {
      mistakes.add(item, path + ".rates",
                   "must be like 10-50-90, whole percents from 0 to 100 of text, audio and vision, got " +
                       shown(item.json()));
    }
  }
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
  if (family == Family::imbalanced) return read_imbalanced(node, path, mistakes);
  if (family != Family::complete) return read_rates(node, family, path, mistakes);
  refuse_key(node, "rates", "complete", path, mistakes);
  refuse_key(node, "subsets", "complete", path, mistakes);
  return {Condition{}};
}

// The list that a scalar names, or nothing and a mistake.
std::optional<std::vector<Condition>> read_name(const YamlNode& node, const std::string& path,
                                                std::string_view alternative, Mistakes& mistakes) {
  const bool is_text = node.kind == YamlNode::Kind::scalar && node.value.is_string();
  for (std::string_view name : kConditionListNames) {
    if (is_text && node.text == name) return named_conditions(name);
  }
  mistakes.add(node, path,
               fmt::format("must be {} or {}, got {}", fmt::join(kConditionListNames, ", "), alternative,
                           shown(node.json())));
  return std::nullopt;
}

bool contains(const std::vector<Condition>& conditions, const Condition& condition) {
  return std::find(conditions.begin(), conditions.end(), condition) != conditions.end();
}

}  // namespace

std::vector<Condition> read_conditions(const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  if (node.kind != YamlNode::Kind::sequence || node.items.empty()) {
    return read_name(node, path, "a list of them and of {family, rates, subsets}", mistakes)
        .value_or(std::vector<Condition>{});
  }
  const std::size_t mistakes_before = mistakes.count();
  std::vector<Condition> conditions;
  std::vector<Condition> spelled_out;  // by mappings
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const YamlNode& item = node.items[i];
    const std::string item_path = fmt::format("{}[{}]", path, i);
    std::vector<Condition> added;
    if (item.kind == YamlNode::Kind::map) {
      added = read_family(item, item_path, mistakes);
      for (const Condition& condition : added) {
        if (contains(spelled_out, condition)) mistakes.add(item, path, "holds " + text(condition) + " twice");
        spelled_out.push_back(condition);
      }
    } else if (auto named = read_name(item, item_path, "{family, rates, subsets}", mistakes)) {
      added = std::move(*named);
    }
    for (const Condition& condition : added) {
      if (!contains(conditions, condition)) conditions.push_back(condition);
    }
  }
  if (mistakes.count() != mistakes_before) conditions.clear();
  return conditions;
}

}  // namespace missmodal::sweeps
