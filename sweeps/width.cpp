#include "sweeps/width.h"

#include <fmt/format.h>

#include <string>

#include "sweeps/error.h"
#include "sweeps/plan.h"

namespace missmodal::sweeps {
namespace {

const std::string kKey = "resources.ranks_per_trial";

}  // namespace

std::set<int> widths(const Sweep& sweep, const Stage& stage) {
  std::set<int> below{sweep.base.ranks};
  if (!stage.from.empty()) below = widths(sweep, *find_stage(sweep, stage.from));
  if (const auto set = stage.settings.find(kKey); set != stage.settings.end())
    below = {set->second.get<int>()};
  std::set<int> widths;
  for (const Parameter& parameter : stage.parameters) {
    if (parameter.key != kKey) continue;
    for (const nlohmann::json& value : parameter.values) widths.insert(value.get<int>());
    if (parameter.values.empty()) widths.insert(static_cast<int>(parameter.high));
  }
  for (const Variant& variant : stage.variants) {
    const auto set = variant.settings.find(kKey);
    if (set != variant.settings.end()) {
      widths.insert(set->second.get<int>());
    } else {
      widths.insert(below.begin(), below.end());
    }
  }
  return widths.empty() ? below : widths;
}

void refuse_too_wide(const Sweep& sweep, int ranks) {
  for (const Stage& stage : sweep.stages) {
    const int widest = *widths(sweep, stage).rbegin();
    if (widest <= ranks) continue;
    throw InputError(kKey, fmt::format("stage {} needs {} ranks for one trial, this job has {} to train with",
                                       stage.name, widest, ranks));
  }
}

}  // namespace missmodal::sweeps
