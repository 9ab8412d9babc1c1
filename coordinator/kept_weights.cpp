#include "coordinator/kept_weights.h"

#include <algorithm>
#include <utility>

namespace missmodal::coordinator {

void KeptWeights::plan(CellHandle cell, const std::string& stage, const std::string& variant) {
  const auto [found, fresh] = by_name_.try_emplace(stage + '\n' + variant, variants_.size());
  if (fresh) variants_.emplace_back();
  places_[cell].push_back({found->second, variants_[found->second].cells++});
}

std::vector<CellHandle> KeptWeights::accepted(CellHandle cell, double valid_mae) {
  std::vector<CellHandle> beaten{cell};
  for (const Place& place : places_.at(cell)) {
    Variant& variant = variants_[place.variant];
    if (variant.best &&
        std::pair(variant.valid_mae, variant.position) <= std::pair(valid_mae, place.position)) {
      continue;
    }
    if (variant.best) beaten.push_back(*variant.best);
    variant.best = cell;
    variant.valid_mae = valid_mae;
    variant.position = place.position;
  }
  std::erase_if(beaten, [this](CellHandle handle) { return is_best(handle); });
  return beaten;
}

bool KeptWeights::is_best(CellHandle cell) const {
  const auto places = places_.find(cell);
  return places != places_.end() &&
         std::any_of(places->second.begin(), places->second.end(),
                     [&](const Place& place) { return variants_[place.variant].best == cell; });
}

std::optional<double> best_valid_mae(const sweeps::TrialResult& result) {
  const auto best = std::find_if(result.epochs.rbegin(), result.epochs.rend(),
                                 [](const sweeps::EpochRecord& epoch) { return epoch.best; });
  if (best == result.epochs.rend()) return std::nullopt;
  return best->valid_mae;
}

}  // namespace missmodal::coordinator
