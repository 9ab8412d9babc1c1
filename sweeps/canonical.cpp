#include "sweeps/canonical.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sweeps/canonical_text.h"
#include "sweeps/error.h"
#include "sweeps/key.h"
#include "sweeps/model_kind.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

constexpr std::string_view kWeightsHash = "model.text.weights_sha256";

// "loss.alpha" -> "/loss/alpha". `dataset` names the content here, so normalize stands beside it; of the
// resources the ranks alone can change a result.
json::json_pointer pointer_to(std::string_view path) {
  if (path == "dataset.normalize") return json::json_pointer("/normalize");
  if (path == "resources.ranks_per_trial") return json::json_pointer("/ranks");
  std::string pointer = fmt::format("/{}", path);
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  return json::json_pointer(pointer);
}

// Of the configuration's keys, in their order: made once, as a plan spells thousands of cells.
const std::vector<json::json_pointer>& key_pointers() {
  static const std::vector<json::json_pointer> pointers = [] {
    std::vector<json::json_pointer> all;
    for (const Key& key : configuration_keys()) all.push_back(pointer_to(key.path));
    return all;
  }();
  return pointers;
}

bool in_identity(const Key& key, const Configuration& resolved) {
  return key.in_identity && model_kind(resolved.model.name).reads(key.path) &&
         (key.has_effect == nullptr || key.has_effect(resolved));
}

bool is_sha256(const json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

json parse_object(const std::string& text, const std::string& place) {
  json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) throw InputError(place, "is not the JSON of a configuration");
  return parsed;
}

// Why these semantics cannot be read, where this program would write `written`; "" if they can.
std::string refused_semantics(const json& semantics, ReadSemantics reader, int written) {
  const int oldest = reader == ReadSemantics::current ? written : kOldestSameNetwork;
  if (!semantics.is_number_integer() || semantics < 1) {
    return "is " + shown(semantics) + ", which no version of missmodal wrote";
  }
  if (semantics > written) {
    return fmt::format("is {}: a later version of missmodal wrote it, this one writes {}", shown(semantics),
                       written);
  }
  if (semantics < oldest) {
    return fmt::format(
        "is {}: an earlier version of missmodal wrote it, whose results are not this one's ({})",
        shown(semantics), written);
  }
  return "";
}

// Every leaf by its pointer, without the brackets of lists.
void flatten(const json& node, const std::string& pointer, std::map<std::string, json>& leaves) {
  if (!node.is_object() || node.empty()) {
    leaves[pointer] = node;
    return;
  }
  for (const auto& [name, child] : node.items()) flatten(child, pointer + "/" + name, leaves);
}

// Takes leaves one after the other; what nobody took is unknown.
class LeafReader {
 public:
  LeafReader(const json& root, std::string place) : place_(std::move(place)) { flatten(root, "", leaves_); }
  // The key's value, or nullptr if it was left out.
  std::optional<json> take(std::string_view path) {
    const auto found = leaves_.find(pointer_to(path).to_string());
    if (found == leaves_.end()) return std::nullopt;
    json value = std::move(found->second);
    leaves_.erase(found);
    return value;
  }
  std::optional<json> take(const Key& key) {
    const std::optional<json> raw = take(key.path);
    if (!raw) return std::nullopt;
    Typed checked = typed(key.type, *raw);
    if (!checked.ok()) refuse(key.path, checked.reason);
    return std::move(checked.value);
  }
  void refuse(std::string_view path, std::string reason) {
    mistakes_.push_back({place_ + ": " + std::string(path), std::move(reason)});
  }
  void finish() {
    for (const auto& [pointer, value] : leaves_) {
      mistakes_.push_back({place_ + ": " + pointer, "is not a key of a configuration"});
    }
    if (!mistakes_.empty()) throw InputError(mistakes_);
  }

 private:
  std::string place_;
  std::map<std::string, json> leaves_;
  std::vector<Mistake> mistakes_;
};

}  // namespace

int semantics_of(const Configuration& configuration) {
  return configuration.ranks > 1 ? kSemantics : 2;
}

std::string canonical(const Configuration& configuration, const std::string& dataset_sha256) {
  Configuration resolved = configuration;
  resolved.evaluation.route = resolved_route(configuration);
  json root = {{"dataset", dataset_sha256}, {"seed", resolved.seed}, {"semantics", semantics_of(resolved)}};
  const auto keys = configuration_keys();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (in_identity(keys[i], resolved)) root[key_pointers()[i]] = keys[i].get(resolved);
  }
  for (const Key& key : own_keys(model_kind(resolved.model.name)))
    root[pointer_to(key.path)] = key.get(resolved);
  if (resolved.model.text_encoder == TextEncoder::bert) {
    root[pointer_to(kWeightsHash)] = resolved.model.text_weights_sha256;
  }
  return canonical_text(root);
}

Configuration parse_configuration(const std::string& canonical_json, const std::string& place,
                                  ReadSemantics reader) {
  LeafReader leaves(parse_object(canonical_json, place), place);
  Settings settings;
  const auto take = [&](const Key& key) {
    std::optional<json> value = key.in_identity ? leaves.take(key) : std::nullopt;
    if (value && !value->is_null()) settings[std::string(key.path)] = std::move(*value);
  };
  for (const Key& key : configuration_keys()) take(key);
  if (const auto name = settings.find("model.name"); name != settings.end()) {
    for (const Key& key : own_keys(model_kind(name->second.get<std::string>()))) take(key);
  }
  Configuration configuration = configured(settings);
  const ValueType seed_type{Kind::whole, {0, kLargestWhole}};
  const Key seed{"seed", seed_type, "", nullptr, nullptr};
  if (const auto value = leaves.take(seed); !value) {
    leaves.refuse("seed", "is missing");
  } else if (!value->is_null()) {
    configuration.seed = value->get<std::int64_t>();
  }
  if (const auto hash = leaves.take(kWeightsHash)) {
    if (is_sha256(*hash)) {
      configuration.model.text_weights_sha256 = hash->get<std::string>();
    } else {
      leaves.refuse(kWeightsHash, "must be a SHA-256 in hexadecimal digits, got " + shown(*hash));
    }
  }
  if (const auto dataset = leaves.take("dataset"); !dataset || !dataset->is_string()) {
    leaves.refuse("dataset", "must be the dataset's content hash");
  }
  const std::string refusal =
      refused_semantics(leaves.take("semantics").value_or(json()), reader, semantics_of(configuration));
  if (!refusal.empty()) leaves.refuse("semantics", refusal);
  for (const Conflict& conflict : conflicts(configuration))
    leaves.refuse(conflict.keys.front(), conflict.reason);
  leaves.finish();
  configuration.evaluation.route = resolved_route(configuration);
  return configuration;
}

std::string weights_sha256_of(const std::string& canonical_json) {
  return json::parse(canonical_json).value(pointer_to(kWeightsHash), std::string());
}

std::string dataset_sha256_of(const std::string& canonical_json, const std::string& place) {
  const json root = parse_object(canonical_json, place);
  const auto found = root.find("dataset");
  if (found == root.end() || !found->is_string()) {
    throw InputError(place + ": dataset", "must be the dataset's content hash");
  }
  return found->get<std::string>();
}

}  // namespace missmodal::sweeps
