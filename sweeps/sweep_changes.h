#pragma once
// What a sweep file says now that it did not say before, key by key.

#include <optional>
#include <string>
#include <vector>

#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

// What a key can change, where it has an effect at all.
enum class Reach {
  cells,   // which cells there are
  choice,  // which point a search selects
  scores,  // what is computed from the cells' predictions
  nothing  // how cells are trained, or where something lies: the content counts
};

struct KeyChange {
  std::string key;  // `training.max_epochs`, `stages.final.seeds`; `stages.final`: the whole stage
  // Canonical text (sweeps/canonical_text.h); nothing where the file has no such key.
  std::optional<std::string> before;
  std::optional<std::string> now;
  Reach reach = Reach::cells;
  bool whole_stage = false;  // it came or went; its text is its name
  bool operator==(const KeyChange&) const = default;
};

// The keys of the whole file in the order of docs/sweep_file.md, then the stages by name: those that are
// there before and now with each key that differs. Comments, the order of keys, other spellings and defaults
// written out are no change.
std::vector<KeyChange> changed_keys(const Sweep& before, const Sweep& now);

}  // namespace missmodal::sweeps
