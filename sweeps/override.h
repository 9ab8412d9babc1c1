#pragma once
// `--set key=value`: laid over the file's tree before it is read, so that both are checked by the same rules.

#include <string>
#include <vector>

#include "sweeps/mistakes.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

// The value is YAML: `loss.terms=[task]`. Any key of the configuration or of the whole file; stages stay as
// they are.
void apply_overrides(YamlNode& root, const std::vector<std::string>& overrides, Mistakes& mistakes);

}  // namespace missmodal::sweeps
