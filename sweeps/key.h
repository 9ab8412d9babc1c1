#pragma once
// The one table of the configuration's keys: what the sweep file, `set`, `variants`, `parameters` and `--set`
// accept, what the canonical JSON holds, and what docs/sweep_file.md lists (a test compares them).

#include <array>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/configuration.h"
#include "sweeps/model_kind.h"
#include "sweeps/value_type.h"

namespace missmodal::sweeps {

struct Key {
  std::string_view path;  // "loss.alpha"
  ValueType type;
  std::string_view doc;                                     // one line
  std::function<nlohmann::json(const Configuration&)> get;  // typed, as `set` takes it
  // Precondition: the value came from typed(type, ...); model.name is set by configured() alone, as another
  // model has other keys.
  std::function<void(Configuration&, const nlohmann::json&)> set;
  // Whether the key can change a result of this configuration, whose route is resolved; nullptr: always. A
  // key without effect is left out of the cell's identity.
  bool (*has_effect)(const Configuration&) = nullptr;
  // A path is not in the identity: the hash of what lies there is.
  bool in_identity = true;
};

// Another spelling of a key's path, which the sweep file and --set may use; everything else has the path.
struct Spelling {
  std::string_view spelling;
  std::string_view path;
};
inline constexpr std::array<Spelling, 1> kOtherSpellings{
    Spelling{"resources.gpus_per_trial", "resources.ranks_per_trial"}};

std::span<const Key> configuration_keys();  // that models share, in the order of the documentation
// That are this model's alone; of a configuration of another model they get null, and must not be set.
std::span<const Key> own_keys(const ModelKind& kind);
std::span<const std::string_view> configuration_key_paths();  // all models' own and other spellings too
const Key* find_key(std::string_view path);  // by any spelling, own ones too; nullptr if there is none

// Typed values by full dotted key.
using Settings = std::map<std::string, nlohmann::json>;

// The defaults of the model that the settings name, its column of them being theirs too, and over these the
// settings. One that this model does not read leaves no trace. Every key must be a configuration key.
Configuration configured(const Settings& settings);
// Lays more settings over a configuration of the same model and the same column of defaults.
void apply(Configuration& configuration, const Settings& settings);

}  // namespace missmodal::sweeps
