#include "sweeps/sweep_changes.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "sweeps/canonical_text.h"
#include "sweeps/file_key.h"
#include "sweeps/key.h"
#include "sweeps/plan.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kMethodWords{"grid", "random_grid", "random"};
constexpr std::array<std::string_view, 3> kPolicyWords{"cycle", "with_replacement", "unique"};

Reach reach_of_file_key(std::string_view path) {
  if (path == "evaluation.draws") return Reach::scores;
  return path == "seed" ? Reach::cells : Reach::nothing;
}

std::string conditions_text(const Sweep& sweep) {
  std::vector<std::string> words;
  for (const Condition& condition : sweep.evaluation.conditions) words.push_back(text(condition));
  std::sort(words.begin(), words.end());  // their order means nothing
  return canonical_text(words);
}

// A stage's keys, below its name, with their values.
using Leaves = std::map<std::string, std::string>;

void add_settings(const Settings& settings, const std::string& path, Leaves& leaves) {
  for (const auto& [key, value] : settings) leaves[path + "." + key] = canonical_text(value);
}

void add_search(const Stage& stage, Leaves& leaves) {
  const Method& method = *stage.method;
  leaves["method.type"] = canonical_text(kMethodWords.at(static_cast<std::size_t>(method.type)));
  if (method.type != MethodType::grid) leaves["method.trials"] = canonical_text(method.trials);
  if (method.type == MethodType::random_grid) {
    leaves["method.policy"] = canonical_text(kPolicyWords.at(static_cast<std::size_t>(method.policy)));
  }
  for (const Parameter& parameter : stage.parameters) {
    leaves["parameters." + parameter.key] =
        parameter.values.empty()
            ? canonical_text(
                  {{"min", parameter.low}, {"max", parameter.high}, {"log", parameter.logarithmic}})
            : canonical_text(parameter.values);
  }
  if (!stage.select) return;
  leaves["select.metric"] = canonical_text(stage.select->metric);
  leaves["select.condition"] = canonical_text(text(stage.select->condition));
  leaves["select.goal"] = canonical_text(stage.select->minimize ? "minimize" : "maximize");
}

Leaves leaves_of(const Stage& stage) {
  Leaves leaves;
  if (!stage.from.empty()) leaves["from"] = canonical_text(stage.from);
  if (stage.is_search()) {
    add_search(stage, leaves);
  } else {
    leaves["seeds"] = canonical_text(stage.seeds);
  }
  add_settings(stage.settings, "set", leaves);
  json names = json::array();
  for (const Variant& variant : stage.variants) {
    names.push_back(variant.name);
    add_settings(variant.settings, "variants." + variant.name, leaves);
  }
  if (!names.empty()) leaves["variants"] = canonical_text(names);
  return leaves;
}

// Of a variant that one side alone has, the name says it all.
bool is_of_other_variant(const std::string& path, const Stage& other) {
  constexpr std::string_view kStart = "variants.";
  return path.starts_with(kStart) &&
         std::none_of(other.variants.begin(), other.variants.end(), [&](const Variant& variant) {
           return path.starts_with(std::string(kStart) + variant.name + ".");
         });
}

void compare_stage(const Stage& before, const Stage& now, std::vector<KeyChange>& changes) {
  std::map<std::string, KeyChange> by_path;
  for (auto& [path, value] : leaves_of(before)) {
    if (!is_of_other_variant(path, now)) by_path[path].before = value;
  }
  for (auto& [path, value] : leaves_of(now)) {
    if (!is_of_other_variant(path, before)) by_path[path].now = value;
  }
  for (auto& [path, change] : by_path) {
    if (change.before == change.now) continue;
    change.key = "stages." + now.name + "." + path;
    change.reach = path.starts_with("select.") ? Reach::choice : Reach::cells;
    changes.push_back(std::move(change));
  }
}

void compare_stages(const Sweep& before, const Sweep& now, std::vector<KeyChange>& changes) {
  for (const Stage& stage : now.stages) {
    if (const Stage* old = find_stage(before, stage.name)) {
      compare_stage(*old, stage, changes);
    } else {
      changes.push_back(
          {"stages." + stage.name, std::nullopt, canonical_text(stage.name), Reach::cells, true});
    }
  }
  for (const Stage& stage : before.stages) {
    if (find_stage(now, stage.name) == nullptr) {
      changes.push_back(
          {"stages." + stage.name, canonical_text(stage.name), std::nullopt, Reach::cells, true});
    }
  }
}

}  // namespace

std::vector<KeyChange> changed_keys(const Sweep& before, const Sweep& now) {
  std::vector<KeyChange> changes;
  const auto compare = [&](std::string_view key, const std::string& old, const std::string& current,
                           Reach reach) {
    if (old != current) changes.push_back({std::string(key), old, current, reach});
  };
  for (const FileKey& key : file_keys()) {
    compare(key.path, canonical_text(key.get(before)), canonical_text(key.get(now)),
            reach_of_file_key(key.path));
  }
  compare("evaluation.conditions", conditions_text(before), conditions_text(now), Reach::scores);
  for (const Key& key : configuration_keys()) {
    compare(key.path, canonical_text(key.get(before.base)), canonical_text(key.get(now.base)), Reach::cells);
  }
  const ModelKind& kind = model_kind(now.base.model.name);
  if (before.base.model.name == kind.name) {
    for (const Key& key : own_keys(kind))
      compare(key.path, canonical_text(key.get(before.base)), canonical_text(key.get(now.base)),
              Reach::cells);
  }
  compare_stages(before, now, changes);
  return changes;
}

}  // namespace missmodal::sweeps
