#pragma once
// YAML 1.1's merge key: `<<: *defaults` or `<<: [*first, *second]` in a mapping.

#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

inline constexpr const char* kMergeKey = "<<";

// Puts the entries of `merged`, a mapping or a list of them, before those of `map`, in their order and with
// their places. A key that `map` has itself stays as it is, and of several mappings the first that has a key
// gives it. Throws InputError at `merged`'s place where it is neither.
void merge_below(YamlNode& map, YamlNode merged);

}  // namespace missmodal::sweeps
