#include "sweeps/dataset_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "sweeps/candidates.h"
#include "sweeps/model_kind.h"
#include "sweeps/plan.h"

namespace missmodal::sweeps {
namespace {

// Where the training has this key's value from; "": it is a default.
std::string path_of(const std::string& key, const Sweep& sweep, const Stage* stage, const Variant* variant) {
  if (variant != nullptr && variant->settings.contains(key))
    return fmt::format("stages.{}.variants.{}.{}", stage->name, variant->name, key);
  for (; stage != nullptr; stage = find_stage(sweep, stage->from)) {
    const bool searched = std::any_of(stage->parameters.begin(), stage->parameters.end(),
                                      [&](const Parameter& parameter) { return parameter.key == key; });
    if (searched) return fmt::format("stages.{}.parameters.{}", stage->name, key);
    if (stage->settings.contains(key)) return fmt::format("stages.{}.set.{}", stage->name, key);
  }
  return sweep.settings.contains(key) ? key : "";
}

Mistake mistake_of(const Conflict& conflict, const Sweep& sweep, const Stage* stage, const Variant* variant) {
  std::vector<std::string> paths;
  for (const std::string& key : conflict.keys) paths.push_back(path_of(key, sweep, stage, variant));
  paths.push_back(stage == nullptr ? "dataset.path" : "stages." + stage->name);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const auto place = sweep.places.find(paths[i]);
    if (place == sweep.places.end()) continue;
    return {place->second, i == 0 ? conflict.reason : conflict.keys.front() + " " + conflict.reason};
  }
  return {conflict.keys.front(), conflict.reason};
}

std::vector<Conflict> text_misfits(const ModelKind& kind, const Configuration& configuration,
                                   const DatasetShape& dataset) {
  if (dataset.word_vectors || configuration.model.text_encoder == TextEncoder::bert) return {};
  if (kind.reads("model.text.encoder")) {
    return {{{"model.text.encoder", "model.name"},
             fmt::format("must be bert: {} has word pieces but no word vectors", dataset.path)}};
  }
  return {{{"model.name"},
           fmt::format("{} reads word vectors, which {} does not have", kind.name, dataset.path)}};
}

}  // namespace

std::vector<Mistake> dataset_misfits(const Sweep& sweep, const Stage* stage, const Variant* variant,
                                     const Configuration& configuration, const DatasetShape& dataset) {
  const ModelKind& kind = model_kind(configuration.model.name);
  std::vector<Conflict> conflicts = text_misfits(kind, configuration, dataset);
  if (kind.misfits != nullptr) {
    for (Conflict& conflict : kind.misfits(configuration.model, dataset))
      conflicts.push_back(std::move(conflict));
  }
  std::vector<Mistake> mistakes;
  for (const Conflict& conflict : conflicts) mistakes.push_back(mistake_of(conflict, sweep, stage, variant));
  return mistakes;
}

std::vector<Mistake> dataset_misfits(const Sweep& sweep, const DatasetShape& dataset) {
  std::vector<Mistake> mistakes;
  std::set<std::pair<std::string, std::string>> told;
  Candidates candidates(sweep.seed, [](std::string_view key) {
    const ModelKind* owner = owner_of(key);
    return key == "model.text.encoder" || (owner != nullptr && owner->misfits != nullptr);
  });
  for (const Stage& stage : sweep.stages) {
    candidates.visit(stage, [&](const Variant* variant, const Settings& settings) {
      for (Mistake& mistake : dataset_misfits(sweep, &stage, variant, configured(sweep, settings), dataset)) {
        if (told.emplace(mistake.place, mistake.reason).second) mistakes.push_back(std::move(mistake));
      }
    });
  }
  return mistakes;
}

}  // namespace missmodal::sweeps
