#include "sweeps/combinations.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "sweeps/key.h"
#include "sweeps/method.h"
#include "sweeps/model_kind.h"

namespace missmodal::sweeps {
namespace {

// Only the settings that the conflicts look at: of a large grid few different ones remain.
using Relevant = std::set<Settings>;

void lay_over(Settings& settings, const Settings& above) {
  const auto lay = [&](std::string_view key) {
    const auto found = above.find(std::string(key));
    if (found != above.end()) settings[found->first] = found->second;
  };
  for (std::string_view key : kConflictKeys) lay(key);
  for (std::string_view key : kResourceConflictKeys) lay(key);
  lay("model.name");
  for (const auto& [key, value] : above) {
    const ModelKind* owner = owner_of(key);
    if (owner != nullptr && owner->conflicts != nullptr) settings[key] = value;
  }
}

std::vector<Conflict> all_conflicts(const Configuration& configuration, const Resources& resources) {
  std::vector<Conflict> found = conflicts(configuration);
  for (Conflict& conflict : conflicts(configuration, resources)) found.push_back(std::move(conflict));
  return found;
}

const YamlNode* node_at(const YamlNode& root, std::string_view path) {
  const std::size_t dot = path.find('.');
  const YamlNode* child = root.find(path.substr(0, dot));
  return child == nullptr || dot == std::string_view::npos ? child : node_at(*child, path.substr(dot + 1));
}

class CombinationCheck {
 public:
  CombinationCheck(const Sweep& sweep, Mistakes& mistakes) : sweep_(sweep), mistakes_(mistakes) {}

  void check_base(const YamlNode& root) {
    for (const Conflict& conflict : all_conflicts(sweep_.base, sweep_.resources)) {
      const bool caused = std::any_of(conflict.keys.begin(), conflict.keys.end(),
                                      [&](const std::string& key) { return mistakes_.has(key); });
      if (caused) continue;
      const YamlNode* place = &root;
      for (auto key = conflict.keys.rbegin(); key != conflict.keys.rend(); ++key) {
        if (const YamlNode* written = node_at(root, *key)) place = written;
      }
      mistakes_.add(*place, conflict.keys.front(), conflict.reason);
      told_.insert(conflict.reason);
    }
  }

  void check_stage(const ReadStage& read) {
    const Stage& stage = read.stage;
    const auto from = candidates_.find(stage.from);
    if (!read.sound || (!stage.from.empty() && from == candidates_.end())) return;
    const std::string path = "stages." + stage.name;
    const Relevant below = stage.from.empty() ? Relevant{Settings{}} : from->second;
    if (stage.is_search()) {
      Relevant tried;
      for (const Trial& trial : trial_points(stage, sweep_.seed)) {
        Settings own = {};
        lay_over(own, stage.settings);
        lay_over(own, trial.point);
        for (Settings settings : below) {
          lay_over(settings, own);
          tried.insert(std::move(settings));
        }
      }
      for (const Settings& settings : tried) check(settings, *read.node, path);
      candidates_[stage.name] = std::move(tried);
      return;
    }
    const YamlNode* variant_nodes = read.node->find("variants");
    for (Settings settings : below) {
      lay_over(settings, stage.settings);
      if (stage.variants.empty()) check(settings, *read.node, path);
      for (const Variant& variant : stage.variants) {
        Settings varied = settings;
        lay_over(varied, variant.settings);
        check(varied, *variant_nodes->find(variant.name), path + ".variants." + variant.name);
      }
    }
  }

  // A model's own key where nothing trains that model.
  void check_owners(const YamlNode& root, const std::vector<ReadStage>& stages) {
    Models all{sweep_.base.model.name};
    for (const ReadStage& read : stages) {
      if (!read.sound) return;
      const Stage& stage = read.stage;
      const std::string path = "stages." + stage.name;
      Models below = stage.from.empty() ? Models{sweep_.base.model.name} : searched_[stage.from];
      name_models(stage.settings, below);
      Models trained = stage.variants.empty() ? below : Models{};
      for (const Variant& variant : stage.variants) {
        Models of_variant = below;
        name_models(variant.settings, of_variant);
        const std::string variant_path = path + ".variants." + variant.name;
        refuse_others(variant.settings, read.node->find("variants")->find(variant.name), variant_path,
                      of_variant);
        trained.merge(of_variant);
      }
      Settings tried;
      for (const Parameter& parameter : stage.parameters) {
        tried[parameter.key];
        if (parameter.key == "model.name") trained = Models(parameter.values.begin(), parameter.values.end());
      }
      refuse_others(stage.settings, read.node->find("set"), path + ".set", trained);
      refuse_others(tried, read.node->find("parameters"), path + ".parameters", trained);
      if (stage.is_search()) searched_[stage.name] = trained;
      all.merge(trained);
    }
    for (const auto& [key, value] : sweep_.settings) {
      if (const ModelKind* owner = other_owner(key, all)) refuse(*node_at(root, key), key, *owner);
    }
  }

 private:
  using Models = std::set<std::string>;  // their names

  static void name_models(const Settings& settings, Models& models) {
    const auto found = settings.find("model.name");
    if (found != settings.end()) models = {found->second.get<std::string>()};
  }
  static const ModelKind* other_owner(std::string_view key, const Models& models) {
    const ModelKind* owner = owner_of(key);
    return owner == nullptr || models.contains(std::string(owner->name)) ? nullptr : owner;
  }
  void refuse(const YamlNode& place, const std::string& path, const ModelKind& owner) {
    mistakes_.add(place, path,
                  fmt::format("is a key of the model {0}, and no model.name here is {0}", owner.name));
  }
  void refuse_others(const Settings& settings, const YamlNode* nodes, const std::string& path,
                     const Models& models) {
    for (const auto& [key, value] : settings) {
      if (const ModelKind* owner = other_owner(key, models))
        refuse(*nodes->find(key), path + "." + key, *owner);
    }
  }

  void check(const Settings& settings, const YamlNode& place, const std::string& path) {
    const Configuration configuration = configured(sweep_, settings);
    for (const Conflict& conflict : all_conflicts(configuration, sweep_.resources)) {
      if (told_.contains(conflict.reason) || !told_.insert(path + conflict.reason).second) continue;
      mistakes_.add(place, path, conflict.keys.front() + " " + conflict.reason);
    }
  }

  const Sweep& sweep_;
  Mistakes& mistakes_;
  std::set<std::string> told_;  // a conflict of the base is not told again for every stage
  std::map<std::string, Relevant> candidates_;
  std::map<std::string, Models> searched_;
};

}  // namespace

void check_combinations(const Sweep& sweep, const YamlNode& root, const std::vector<ReadStage>& stages,
                        Mistakes& mistakes) {
  CombinationCheck check(sweep, mistakes);
  check.check_base(root);
  for (const ReadStage& stage : stages) check.check_stage(stage);
  check.check_owners(root, stages);
}

}  // namespace missmodal::sweeps
