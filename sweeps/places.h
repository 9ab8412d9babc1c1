#pragma once
// Where the keys of a sweep file are written.

#include <map>
#include <string>

#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

// By the path that mistakes give a key ("model.hidden", "stages.search.parameters.model.hidden"), and of
// every stage ("stages.search"): the place as they name it, `sweeps/main.yaml:41: model.hidden`, or the
// --set.
std::map<std::string, std::string> places_of(const YamlNode& root);

}  // namespace missmodal::sweeps
