#pragma once
// Values of a sweep that are fine one by one and wrong together, in the base configuration or in a stage.

#include <vector>

#include "sweeps/mistakes.h"
#include "sweeps/stage_reader.h"
#include "sweeps/sweep_file.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

// Looks at every point that could be tried or win, and every variant on top of it. Stages with mistakes of
// their own, or from such a stage, are passed over.
void check_combinations(const Sweep& sweep, const YamlNode& root, const std::vector<ReadStage>& stages,
                        Mistakes& mistakes);

}  // namespace missmodal::sweeps
