#include "sweeps/text_weights.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "sweeps/key.h"

namespace missmodal::sweeps {
namespace {

// The settings that decide what is read: of a large grid few different ones remain.
constexpr std::array<std::string_view, 4> kKeys{"model.name", "model.text.encoder", "model.text.weights",
                                                "model.text.init"};
using Relevant = std::set<Settings>;

bool is_relevant(std::string_view key) {
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

Relevant laid_over(const Relevant& below, const Settings& above) {
  Relevant result;
  for (Settings settings : below) {
    for (const auto& [key, value] : above) {
      if (is_relevant(key)) settings[key] = value;
    }
    result.insert(std::move(settings));
  }
  return result;
}

Relevant points_over(const Relevant& below, const Stage& search) {
  Relevant result = laid_over(below, search.settings);
  for (const Parameter& parameter : search.parameters) {
    if (!is_relevant(parameter.key)) continue;
    Relevant wider;
    for (const nlohmann::json& value : parameter.values) {
      wider.merge(laid_over(result, {{parameter.key, value}}));
    }
    result = std::move(wider);
  }
  return result;
}

void add(const Configuration& configuration, std::map<std::string, TextInit>& found) {
  const ModelConfiguration& model = configuration.model;
  if (model.text_encoder != TextEncoder::bert || model.text_weights.empty()) return;
  const auto [entry, is_new] = found.emplace(model.text_weights, model.text_init);
  if (!is_new && model.text_init == TextInit::pretrained) entry->second = TextInit::pretrained;
}

std::vector<TextWeights> listed(const std::map<std::string, TextInit>& found) {
  std::vector<TextWeights> all;
  for (const auto& [path, init] : found) all.push_back({path, init});
  return all;
}

}  // namespace

std::vector<TextWeights> text_weights(const Sweep& sweep) {
  std::map<std::string, TextInit> found;
  std::map<std::string, Relevant> searched;  // by the search's name
  const auto note = [&](const Relevant& all) {
    for (const Settings& settings : all) add(configured(sweep, settings), found);
  };
  for (const Stage& stage : sweep.stages) {
    const Relevant below = stage.from.empty() ? Relevant{Settings{}} : searched[stage.from];
    if (stage.is_search()) {
      searched[stage.name] = points_over(below, stage);
      note(searched[stage.name]);
      continue;
    }
    const Relevant common = laid_over(below, stage.settings);
    if (stage.variants.empty()) note(common);
    for (const Variant& variant : stage.variants) note(laid_over(common, variant.settings));
  }
  return listed(found);
}

std::vector<TextWeights> text_weights(const Configuration& configuration) {
  std::map<std::string, TextInit> found;
  add(configuration, found);
  return listed(found);
}

}  // namespace missmodal::sweeps
