#include "sweeps/candidates.h"

#include <utility>

#include "sweeps/method.h"

namespace missmodal::sweeps {

Candidates::Candidates(std::int64_t sweep_seed, Matters matters)
    : sweep_seed_(sweep_seed), matters_(std::move(matters)) {}

bool Candidates::is_kept(const std::string& key) const {
  return key == "model.name" || key == "model.defaults" || matters_(key);
}

Candidates::Different Candidates::over(const Different& below, const Settings& above) const {
  Different result;
  for (Settings settings : below) {
    for (const auto& [key, value] : above) {
      if (is_kept(key)) settings[key] = value;
    }
    result.insert(std::move(settings));
  }
  return result;
}

void Candidates::visit(const Stage& stage, const Visit& visit) {
  const auto from = searched_.find(stage.from);
  if (!stage.from.empty() && from == searched_.end()) return;
  const Different common = over(stage.from.empty() ? Different{Settings{}} : from->second, stage.settings);
  if (stage.is_search()) {
    Different points;
    for (const Trial& trial : trial_points(stage, sweep_seed_)) points.merge(over({Settings{}}, trial.point));
    Different& tried = searched_[stage.name];
    for (const Settings& point : points) tried.merge(over(common, point));
    for (const Settings& settings : tried) visit(nullptr, settings);
    return;
  }
  if (stage.variants.empty()) {
    for (const Settings& settings : common) visit(nullptr, settings);
  }
  for (const Variant& variant : stage.variants) {
    for (const Settings& settings : over(common, variant.settings)) visit(&variant, settings);
  }
}

}  // namespace missmodal::sweeps
