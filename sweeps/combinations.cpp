#include "sweeps/combinations.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "sweeps/candidates.h"
#include "sweeps/key.h"
#include "sweeps/model_kind.h"

namespace missmodal::sweeps {
namespace {

// Whether a conflict can hang on it.
bool matters(std::string_view key) {
  const auto is_one = [&](const auto& keys) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  const ModelKind* owner = owner_of(key);
  return is_one(kConflictKeys) || is_one(kResourceConflictKeys) ||
         (owner != nullptr && owner->conflicts != nullptr);
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
  CombinationCheck(const Sweep& sweep, Mistakes& mistakes)
      : sweep_(sweep), mistakes_(mistakes), candidates_(sweep.seed, matters) {}

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
    if (!read.sound) return;
    const std::string path = "stages." + read.stage.name;
    const YamlNode* variant_nodes = read.node->find("variants");
    candidates_.visit(read.stage, [&](const Variant* variant, const Settings& settings) {
      if (variant == nullptr) return check(settings, *read.node, path);
      check(settings, *variant_nodes->find(variant->name), path + ".variants." + variant->name);
    });
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
      refuse_unread(tried, read.node->find("parameters"), path + ".parameters", trained);
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
  // A search over what none of its models reads, another model's own keys aside.
  void refuse_unread(const Settings& tried, const YamlNode* nodes, const std::string& path,
                     const Models& models) {
    for (const auto& [key, value] : tried) {
      const auto reads = [&](const std::string& model) { return model_kind(model).reads(key); };
      if (owner_of(key) != nullptr || std::any_of(models.begin(), models.end(), reads)) continue;
      mistakes_.add(*nodes->find(key), path + "." + key,
                    fmt::format("changes nothing: no model here reads it ({})", fmt::join(models, ", ")));
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
  Candidates candidates_;
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
