#include "sweeps/selection_basis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/evaluation/evaluation.h"
#include "sweeps/sha256.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

constexpr std::string_view kWeightsHash = "model.text.weights_sha256";
constexpr std::size_t kShownKeys = 3;
constexpr std::size_t kShownValues = 5;

// Every value that a key of the canonical configuration takes over a search, by the key as the sweep file
// writes it. Numbers come before texts, each in order.
using Values = std::map<std::string, std::set<json>>;

void note_values(const json& node, const std::string& path, Values& values) {
  if (!node.is_object()) {
    values[path].insert(node);
    return;
  }
  for (const auto& [name, child] : node.items()) {
    note_values(child, path.empty() ? name : path + "." + name, values);
  }
}

Values values_of(std::span<const std::string> configurations) {
  Values values;
  for (const std::string& configuration : configurations) note_values(json::parse(configuration), "", values);
  return values;
}

std::string written_key(const std::string& canonical_path) {
  return canonical_path == "normalize" ? "dataset.normalize" : canonical_path;
}

std::string shown(const std::set<json>& values) {
  std::vector<std::string> texts;
  for (const json& value : values) {
    if (texts.size() == kShownValues) {
      texts.emplace_back("...");
      break;
    }
    texts.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

// `loss.alpha 0.3, 0.5 (not 0.3, 0.7)` for each key whose values differ, apart from the trials' seeds.
std::vector<std::string> changed_keys(std::span<const std::string> before, std::span<const std::string> now) {
  const Values old_values = values_of(before);
  std::vector<std::string> words;
  for (const auto& [path, current] : values_of(now)) {
    const auto old = old_values.find(path);
    // A key that is on one side only gained or lost its effect by another key, which is told.
    if (path == "seed" || old == old_values.end() || old->second == current) continue;
    if (words.size() == kShownKeys) {
      words.emplace_back("and more");
      break;
    }
    words.push_back(path == kWeightsHash ? "model.text.weights with other content"
                                         : fmt::format("{} {} (not {})", written_key(path), shown(current),
                                                       shown(old->second)));
  }
  return words;
}

std::string hash_of_lines(std::span<const PlannedCell> trials, std::string PlannedCell::*line) {
  std::string lines;
  for (const PlannedCell& trial : trials) lines += trial.*line + "\n";
  return hex(sha256(lines));
}

bool begins_with(std::span<const std::string> longer, std::span<const std::string> shorter) {
  return longer.size() >= shorter.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

}  // namespace

SelectionBasis selection_basis(const Sweep& sweep, const Stage& search, std::span<const PlannedCell> trials) {
  MISSMODAL_CHECK(search.select.has_value());
  const Selection& select = *search.select;
  SelectionBasis basis;
  basis.trials = static_cast<int>(trials.size());
  basis.cells = hash_of_lines(trials, &PlannedCell::id);
  basis.points = hash_of_lines(trials, &PlannedCell::point);
  basis.metric = select.metric;
  basis.condition = text(select.condition);
  basis.minimize = select.minimize;
  if (select.condition.drawn()) {
    basis.draws = sweep.evaluation.draws;
    basis.metrics_version = kMetricsVersion;
  }
  return basis;
}

bool same_choice(const SelectionBasis& a, const SelectionBasis& b) {
  return a.trials == b.trials && a.cells == b.cells && a.points == b.points && a.metric == b.metric &&
         a.condition == b.condition && a.minimize == b.minimize && a.draws == b.draws &&
         a.metrics_version == b.metrics_version;
}

std::string text(const SelectionBasis& basis) {
  json object{{"trials", basis.trials},       {"cells", basis.cells},
              {"points", basis.points},       {"metric", basis.metric},
              {"condition", basis.condition}, {"goal", basis.minimize ? "minimize" : "maximize"}};
  if (basis.draws > 0) {
    object["draws"] = basis.draws;
    object["metrics_version"] = basis.metrics_version;
  }
  if (basis.without_parked > 0) object["without_parked"] = basis.without_parked;
  return object.dump();
}

std::optional<SelectionBasis> parse_selection_basis(const std::string& text) {
  try {
    const json object = json::parse(text);
    SelectionBasis basis;
    basis.trials = object.at("trials").get<int>();
    basis.cells = object.at("cells").get<std::string>();
    basis.points = object.at("points").get<std::string>();
    basis.metric = object.at("metric").get<std::string>();
    basis.condition = object.at("condition").get<std::string>();
    basis.minimize = object.at("goal").get<std::string>() == "minimize";
    basis.draws = object.value("draws", 0);
    basis.metrics_version = object.value("metrics_version", 0);
    basis.without_parked = object.value("without_parked", 0);
    return basis;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string described(const SelectionBasis& basis) {
  return fmt::format("{} trial{} by {} on {}", basis.trials, basis.trials == 1 ? "" : "s", basis.metric,
                     basis.condition);
}

std::string changes(const SelectionBasis& before, std::span<const std::string> configurations_before,
                    const SelectionBasis& now, std::span<const PlannedCell> trials_now) {
  std::vector<std::string> words;
  if (now.trials != before.trials) words.push_back(fmt::format("{} trials", now.trials));
  if (now.metric != before.metric) words.push_back("by " + now.metric);
  if (now.condition != before.condition) words.push_back("on " + now.condition);
  const bool same_condition = now.condition == before.condition;
  if (same_condition && now.draws != before.draws) {
    words.push_back(fmt::format("evaluation.draws {} (not {})", now.draws, before.draws));
  }
  if (same_condition && now.metrics_version != before.metrics_version) {
    words.push_back(fmt::format("another rule for masks and metrics (version {}, not {})",
                                now.metrics_version, before.metrics_version));
  }
  if (now.cells != before.cells || now.points != before.points) {
    std::vector<std::string> configurations_now;
    for (const PlannedCell& trial : trials_now) configurations_now.push_back(trial.configuration);
    const bool only_more =
        now.trials != before.trials && (begins_with(configurations_now, configurations_before) ||
                                        begins_with(configurations_before, configurations_now));
    const std::size_t said = words.size();
    if (!configurations_before.empty() && !only_more) {
      for (std::string& word : changed_keys(configurations_before, configurations_now)) {
        words.push_back(std::move(word));
      }
    }
    const bool explained = only_more || words.size() > said;
    if (!explained && now.cells == before.cells) words.emplace_back("other settings for the same trainings");
    if (!explained && now.cells != before.cells && now.trials == before.trials) {
      words.emplace_back("another seed or order of its trials");
    }
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace missmodal::sweeps
