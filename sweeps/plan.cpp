#include "sweeps/plan.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "sweeps/canonical_text.h"
#include "sweeps/error.h"
#include "sweeps/key.h"
#include "sweeps/method.h"
#include "sweeps/sha256.h"

namespace missmodal::sweeps {
namespace {

Settings over(Settings below, const Settings& above) {
  for (const auto& [key, value] : above) below[key] = value;
  return below;
}

std::string point_text(const Settings& settings) {
  return canonical_text(settings);
}

// One training of a stage, before its content hashes are known.
struct Training {
  std::string variant;
  std::string point = "{}";
  Configuration configuration;
};

Configuration configured(const Sweep& sweep, const Settings& settings, std::int64_t seed) {
  Configuration configuration = sweeps::configured(sweep, settings);
  configuration.seed = seed;
  return configuration;
}

std::vector<Training> search_trainings(const Sweep& sweep, const Stage& stage, const Settings& winner) {
  const Settings common = over(winner, stage.settings);
  std::vector<Training> trainings;
  for (const Trial& trial : trial_points(stage, sweep.seed)) {
    const Settings settings = over(common, trial.point);
    trainings.push_back({"", point_text(settings), configured(sweep, settings, trial.seed)});
  }
  return trainings;
}

std::vector<Training> repeat_trainings(const Sweep& sweep, const Stage& stage, const Settings& winner) {
  const Settings common = over(winner, stage.settings);
  const std::vector<Variant> variants =
      stage.variants.empty() ? std::vector<Variant>{Variant{}} : stage.variants;
  std::vector<Training> trainings;
  for (std::int64_t seed : stage.seeds) {
    for (const Variant& variant : variants) {
      trainings.push_back({variant.name, "{}", configured(sweep, over(common, variant.settings), seed)});
    }
  }
  return trainings;
}

std::vector<Training> trainings_of(const Sweep& sweep, const Stage& stage, const Settings& winner) {
  for (const auto& [key, value] : winner) {
    if (find_key(key) == nullptr) {
      throw InputError("stages." + stage.name + ".from",
                       fmt::format("the winner of {} sets {}, which is no key", stage.from, key));
    }
  }
  return stage.is_search() ? search_trainings(sweep, stage, winner) : repeat_trainings(sweep, stage, winner);
}

void refuse_conflicts(const Training& training, const std::string& place) {
  std::vector<Mistake> mistakes;
  for (const Conflict& conflict : conflicts(training.configuration)) {
    mistakes.push_back({place + ": " + conflict.keys.front(), conflict.reason});
  }
  if (!mistakes.empty()) throw InputError(mistakes);
}

}  // namespace

std::vector<PlannedCell> plan_stage(const Sweep& sweep, const Stage& stage, const Settings& winner,
                                    const ContentHashes& hashes) {
  std::vector<PlannedCell> cells;
  for (Training& training : trainings_of(sweep, stage, winner)) {
    const int index = static_cast<int>(cells.size());
    refuse_conflicts(training, "stages." + stage.name + ": training " + std::to_string(index));
    const ModelConfiguration& model = training.configuration.model;
    PlannedCell cell;
    if (model.text_encoder == TextEncoder::bert) {
      if (!hashes.weights_sha256.contains(model.text_weights)) {
        throw InputError(fmt::format("stages.{}: training {}: model.text.weights", stage.name, index),
                         fmt::format("{} is not in the sweep file", model.text_weights));
      }
      cell.text_weights = model.text_weights;
    }
    const Configuration configuration = resolved(training.configuration, hashes);
    cell.configuration = canonical(configuration, hashes.dataset_sha256);
    cell.id = hex(sha256(cell.configuration));
    cell.ranks = configuration.ranks;
    cell.stage = stage.name;
    cell.variant = std::move(training.variant);
    cell.plan_index = index;
    cell.point = std::move(training.point);
    cells.push_back(std::move(cell));
  }
  return cells;
}

Configuration resolved(Configuration configuration, const ContentHashes& hashes) {
  configuration.evaluation.route = resolved_route(configuration);
  ModelConfiguration& model = configuration.model;
  if (model.text_encoder == TextEncoder::bert) {
    const auto hash = hashes.weights_sha256.find(model.text_weights);
    MISSMODAL_CHECK(hash != hashes.weights_sha256.end());
    model.text_weights_sha256 = hash->second;
  }
  return configuration;
}

Settings parse_point(const std::string& point) {
  return nlohmann::json::parse(point).get<Settings>();
}

Configuration stage_configuration(const Sweep& sweep, const std::string& stage, const std::string& variant,
                                  const Settings& winner) {
  if (stage.empty()) {
    if (!variant.empty()) throw InputError("--variant " + variant, "needs the --stage that has it");
    return sweep.base;
  }
  const Stage* found = find_stage(sweep, stage);
  if (found == nullptr) throw InputError("--stage " + stage, "is no stage of the sweep file");
  std::string names;
  for (const Variant& known : found->variants) names += (names.empty() ? "" : ", ") + known.name;
  if (variant.empty() && !names.empty()) throw InputError("--stage " + stage, "needs a --variant: " + names);
  for (const Training& training : trainings_of(sweep, *found, winner)) {
    if (training.variant != variant) continue;
    refuse_conflicts(training, "stages." + stage);
    return training.configuration;
  }
  throw InputError("--variant " + variant, "is no variant of the stage " + stage +
                                               (names.empty() ? ", which has none" : ": " + names));
}

std::vector<std::string> weights_paths(const Sweep& sweep) {
  bool bert = false;
  std::set<std::string> paths;
  const auto note = [&](const std::string& key, const nlohmann::json& value) {
    if (key == "model.text.encoder" && value == "bert") bert = true;
    if (key == "model.text.weights") paths.insert(value.get<std::string>());
  };
  note("model.text.encoder", kTextEncoderWords[static_cast<std::size_t>(sweep.base.model.text_encoder)]);
  if (!sweep.base.model.text_weights.empty()) paths.insert(sweep.base.model.text_weights);
  for (const Stage& stage : sweep.stages) {
    for (const auto& [key, value] : stage.settings) note(key, value);
    for (const Variant& variant : stage.variants) {
      for (const auto& [key, value] : variant.settings) note(key, value);
    }
    for (const Parameter& parameter : stage.parameters) {
      for (const nlohmann::json& value : parameter.values) note(parameter.key, value);
    }
  }
  return bert ? std::vector<std::string>(paths.begin(), paths.end()) : std::vector<std::string>{};
}

int planned_cells(const Sweep& sweep, const Stage& stage) {
  if (stage.is_search()) return static_cast<int>(trial_points(stage, sweep.seed).size());
  return static_cast<int>(stage.seeds.size() * std::max<std::size_t>(stage.variants.size(), 1));
}

std::vector<Settings> points(const Sweep& sweep, const Stage& search) {
  MISSMODAL_CHECK(search.is_search());
  Settings common;
  if (!search.from.empty()) common = points(sweep, *find_stage(sweep, search.from)).front();
  common = over(common, search.settings);
  std::vector<Settings> different;
  std::set<std::string> seen;
  for (const Trial& trial : trial_points(search, sweep.seed)) {
    Settings settings = over(common, trial.point);
    if (seen.insert(point_text(settings)).second) different.push_back(std::move(settings));
  }
  return different;
}

Settings shared_settings(const Sweep& sweep, const Stage& search) {
  return over(settings_below(sweep, search), search.settings);
}

Settings settings_below(const Sweep& sweep, const Stage& stage) {
  const Stage* search = find_stage(sweep, stage.from);
  return search == nullptr ? Settings{} : shared_settings(sweep, *search);
}

const Stage* find_stage(const Sweep& sweep, const std::string& name) {
  for (const Stage& stage : sweep.stages) {
    if (stage.name == name) return &stage;
  }
  return nullptr;
}

const Variant* find_variant(const Stage& stage, const std::string& name) {
  for (const Variant& variant : stage.variants) {
    if (variant.name == name) return &variant;
  }
  return nullptr;
}

}  // namespace missmodal::sweeps
