#pragma once
// The one table of the configuration's keys: what the sweep file, `set`, `variants`, `parameters` and `--set`
// accept, what the canonical JSON holds, and what docs/sweep_file.md lists (a test compares them).

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/configuration.h"
#include "sweeps/value_type.h"

namespace missmodal::sweeps {

struct Key {
  std::string_view path;  // "loss.alpha"
  ValueType type;
  std::string_view doc;                                // one line
  nlohmann::json (*get)(const Configuration&);         // typed, as `set` takes it
  void (*set)(Configuration&, const nlohmann::json&);  // precondition: the value came from typed(type, ...)
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

std::span<const Key> configuration_keys();                    // in the order of the documentation
std::span<const std::string_view> configuration_key_paths();  // other spellings too
const Key* find_key(std::string_view path);                   // by any spelling; nullptr if there is none

// Typed values by full dotted key; every key must be a configuration key.
void apply(Configuration& configuration, const std::map<std::string, nlohmann::json>& settings);

}  // namespace missmodal::sweeps
