#include "sweeps/stage_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "sweeps/method.h"
#include "sweeps/parameter_reader.h"
#include "sweeps/select_reader.h"
#include "sweeps/yaml_reading.h"

namespace missmodal::sweeps {
namespace {

const ValueType kTypeType{Kind::choice, {}, {"grid", "random_grid", "random"}};
const ValueType kPolicyType{Kind::choice, {}, {"cycle", "with_replacement", "unique"}};
const ValueType kTrialsType{Kind::whole, {1, static_cast<double>(kMostTrials)}};
const ValueType kSeedType{Kind::whole, {0, kLargestWhole}};
const ValueType kNameType{Kind::name};

template <class Choice>
Choice chosen(const ValueType& type, const nlohmann::json& word) {
  const auto found = std::find(type.choices.begin(), type.choices.end(), word.get_ref<const std::string&>());
  return static_cast<Choice>(found - type.choices.begin());
}

class StageReader {
 public:
  StageReader(const YamlNode& node, const std::vector<Condition>& evaluated, Mistakes& mistakes)
      : node_(node), evaluated_(evaluated), mistakes_(mistakes) {}

  // `earlier`: the stages above this one; `path` until the name is known.
  Stage read(const std::vector<ReadStage>& earlier, std::string path) {
    path_ = std::move(path);
    if (node_.kind == YamlNode::Kind::map) read_name(earlier);
    if (!check_map(node_, path_, kStageKeys, mistakes_)) return {};
    read_from(earlier);
    if (const YamlNode* set = node_.find("set"))
      stage_.settings = read_settings(*set, path_ + ".set", mistakes_);
    if (const YamlNode* method = node_.find("method")) {
      read_method(*method);
      read_search();
    } else {
      read_repeat();
    }
    return std::move(stage_);
  }

 private:
  void mistake(std::string_view key, std::string reason) {
    const YamlNode* at = node_.find(key);
    mistakes_.add(at != nullptr ? *at : node_, dotted(path_, key), std::move(reason));
  }
  std::optional<nlohmann::json> value(std::string_view key, const ValueType& type) {
    const YamlNode* found = node_.find(key);
    return found == nullptr ? std::nullopt : read_value(*found, type, dotted(path_, key), mistakes_);
  }

  void read_name(const std::vector<ReadStage>& earlier) {
    if (node_.find("name") == nullptr) return mistake("name", "is missing");
    const auto word = value("name", kNameType);
    if (!word) return;
    stage_.name = word->get<std::string>();
    for (const ReadStage& other : earlier) {
      if (other.stage.name == stage_.name)
        return mistake("name", "is the name of an earlier stage too: " + stage_.name);
    }
    path_ = "stages." + stage_.name;
  }

  void read_from(const std::vector<ReadStage>& earlier) {
    const auto word = value("from", kNameType);
    if (!word) return;
    stage_.from = word->get<std::string>();
    std::string searches;
    for (const ReadStage& other : earlier) {
      if (!other.stage.is_search()) continue;
      searches += (searches.empty() ? "" : ", ") + other.stage.name;
      if (other.stage.name != stage_.from) continue;
      if (!other.stage.select) mistake("from", "names a search without `select`: " + stage_.from);
      return;
    }
    mistake("from", fmt::format("must name an earlier search stage ({}), got {}",
                                searches.empty() ? "there is none" : searches, stage_.from));
  }

  void read_method(const YamlNode& node) {
    Method& method = stage_.method.emplace();
    const std::string path = path_ + ".method";
    if (!check_map(node, path, kMethodKeys, mistakes_)) return;
    const YamlNode* type = node.find("type");
    if (type == nullptr) return mistakes_.add(node, path + ".type", "is missing");
    const auto type_word = read_value(*type, kTypeType, path + ".type", mistakes_);
    if (!type_word) return;
    method.type = chosen<MethodType>(kTypeType, *type_word);
    const YamlNode* trials = node.find("trials");
    if (method.type == MethodType::grid) {
      if (trials != nullptr)
        mistakes_.add(*trials, path + ".trials", "has no meaning for grid: every point is tried once");
    } else if (trials == nullptr) {
      mistakes_.add(node, path + ".trials", "is missing");
    } else if (const auto count = read_value(*trials, kTrialsType, path + ".trials", mistakes_)) {
      method.trials = count->get<int>();
    }
    const YamlNode* policy = node.find("policy");
    if (policy == nullptr) return;
    if (method.type != MethodType::random_grid) {
      mistakes_.add(*policy, path + ".policy", "has a meaning for random_grid only");
    } else if (const auto word = read_value(*policy, kPolicyType, path + ".policy", mistakes_)) {
      method.policy = chosen<Policy>(kPolicyType, *word);
    }
  }

  void read_search() {
    if (node_.find("seeds") != nullptr) {
      mistake("seeds",
              "has no meaning in a search: trial i's seed comes from the sweep's seed, the stage and i");
    }
    if (node_.find("variants") != nullptr) mistake("variants", "has no meaning in a search");
    if (const YamlNode* select = node_.find("select")) {
      stage_.select = read_selection(*select, path_ + ".select", evaluated_, mistakes_);
    }
    const YamlNode* parameters = node_.find("parameters");
    if (parameters == nullptr) return mistake("parameters", "is missing: a search needs values to try");
    const bool ranges = stage_.method->type == MethodType::random;
    stage_.parameters = read_parameters(*parameters, path_ + ".parameters", ranges, mistakes_);
    for (const Parameter& parameter : stage_.parameters) {
      if (stage_.settings.contains(parameter.key)) {
        mistakes_.add(*parameters, path_ + ".parameters." + parameter.key,
                      "is in `set` too; one of them decides");
      }
    }
    if (!ranges && grid_size(stage_.parameters) > kMostTrials) {
      mistake("parameters", fmt::format("span a grid of more than {} points", kMostTrials));
    }
  }

  void read_repeat() {
    for (std::string_view key : {"parameters", "select"}) {
      if (node_.find(key) != nullptr) mistake(key, "needs a `method`: only a search has it");
    }
    if (const YamlNode* variants = node_.find("variants")) read_variants(*variants);
    const YamlNode* seeds = node_.find("seeds");
    if (seeds == nullptr)
      return mistake("seeds", "is missing: a stage has either a `method` (a search) or `seeds`");
    if (seeds->kind != YamlNode::Kind::sequence || seeds->items.empty()) {
      return mistake("seeds", "must be a list of whole numbers, got " + shown(seeds->json()));
    }
    for (const YamlNode& item : seeds->items) read_seed(item);
    if (stage_.seeds.size() * std::max<std::size_t>(1, stage_.variants.size()) > kMostTrials) {
      mistake("seeds", fmt::format("times the variants are more than {} trainings", kMostTrials));
    }
  }

  void read_seed(const YamlNode& item) {
    const auto seed = read_value(item, kSeedType, path_ + ".seeds", mistakes_);
    if (!seed) return;
    const auto number = seed->get<std::int64_t>();
    if (std::find(stage_.seeds.begin(), stage_.seeds.end(), number) != stage_.seeds.end()) {
      return mistakes_.add(item, path_ + ".seeds", fmt::format("holds {} twice", number));
    }
    stage_.seeds.push_back(number);
  }

  void read_variants(const YamlNode& node) {
    const std::string path = path_ + ".variants";
    if (node.kind != YamlNode::Kind::map || node.entries.empty()) {
      return mistakes_.add(node, path, "must be a mapping from names to settings, got " + shown(node.json()));
    }
    check_duplicates(node, path, mistakes_);
    for (const auto& [key, settings] : node.entries) {
      const Typed checked = typed(kNameType, key.text);
      if (!checked.ok()) mistakes_.add(key, path, "a variant's name " + checked.reason);
      stage_.variants.push_back({key.text, read_settings(settings, dotted(path, key.text), mistakes_)});
    }
  }

  const YamlNode& node_;
  const std::vector<Condition>& evaluated_;
  Mistakes& mistakes_;
  std::string path_;
  Stage stage_;
};

}  // namespace

std::vector<ReadStage> read_stages(const YamlNode& node, const std::vector<Condition>& evaluated,
                                   Mistakes& mistakes) {
  std::vector<ReadStage> stages;
  if (node.kind != YamlNode::Kind::sequence || node.items.empty()) {
    mistakes.add(node, "stages", "must be a list of stages, got " + shown(node.json()));
    return stages;
  }
  for (const YamlNode& item : node.items) {
    const std::size_t before = mistakes.count();
    Stage stage =
        StageReader(item, evaluated, mistakes).read(stages, fmt::format("stages[{}]", stages.size()));
    stages.push_back({std::move(stage), &item, mistakes.count() == before});
  }
  return stages;
}

}  // namespace missmodal::sweeps
