#include "sweeps/select_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "sweeps/nearest.h"
#include "sweeps/stage_reader.h"
#include "sweeps/yaml_reading.h"

namespace missmodal::sweeps {
namespace {

// The columns of results' `metrics` table.
const ValueType kMetricType{
    Kind::choice,
    {},
    {"mae", "corr", "acc7", "acc5", "acc3", "acc2_has0", "f1_has0", "acc2_non0", "f1_non0"}};
const ValueType kGoalType{Kind::choice, {}, {"minimize", "maximize"}};

void check_keys(const YamlNode& node, const std::string& path, Mistakes& mistakes) {
  check_duplicates(node, path, mistakes);
  for (const auto& [key, value] : node.entries) {
    if (std::find(kSelectKeys.begin(), kSelectKeys.end(), key.text) != kSelectKeys.end()) continue;
    mistakes.add(key, dotted(path, key.text),
                 key.text == "split"
                     ? "cannot be chosen: a selection is made on the validation split, so that no test "
                       "result can leak into it"
                     : unknown_key(key.text, kSelectKeys));
  }
}

}  // namespace

Selection read_selection(const YamlNode& node, const std::string& path,
                         const std::vector<Condition>& evaluated, Mistakes& mistakes) {
  Selection selection;
  if (node.kind != YamlNode::Kind::map) {
    mistakes.add(node, path,
                 "must be a mapping with the keys metric, condition, goal, got " + shown(node.json()));
    return selection;
  }
  check_keys(node, path, mistakes);
  if (const YamlNode* metric = node.find("metric")) {
    const auto word = read_value(*metric, kMetricType, path + ".metric", mistakes);
    if (word) selection.metric = word->get<std::string>();
  }
  selection.minimize = selection.metric == "mae";
  const YamlNode* goal = node.find("goal");
  const auto wanted = goal == nullptr ? std::nullopt : read_value(*goal, kGoalType, path + ".goal", mistakes);
  if (wanted && (*wanted == "minimize") != selection.minimize) {
    mistakes.add(
        *goal, path + ".goal",
        fmt::format("must be {} for {}", selection.minimize ? "minimize" : "maximize", selection.metric));
  }
  const YamlNode* condition = node.find("condition");
  const YamlNode& place = condition == nullptr ? node : *condition;
  const std::optional<Condition> parsed =
      condition == nullptr ? std::optional(Condition{}) : parse_condition(condition->text);
  if (!parsed) {
    mistakes.add(
        place, path + ".condition",
        "must be like complete, subset/T, text/50 or imbalanced/10-50-90, got " + shown(place.json()));
    return selection;
  }
  selection.condition = *parsed;
  const bool is_evaluated = std::find(evaluated.begin(), evaluated.end(), *parsed) != evaluated.end();
  if (!evaluated.empty() && !is_evaluated) {
    mistakes.add(place, path + ".condition", text(*parsed) + " is not among evaluation.conditions");
  }
  return selection;
}

}  // namespace missmodal::sweeps
