#pragma once
// `stages` of a sweep file.

#include <array>
#include <string_view>
#include <vector>

#include "sweeps/mistakes.h"
#include "sweeps/sweep_file.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

inline constexpr std::array<std::string_view, 8> kStageKeys{"name",   "from",  "method", "parameters",
                                                            "select", "seeds", "set",    "variants"};
inline constexpr std::array<std::string_view, 3> kMethodKeys{"type", "trials", "policy"};
inline constexpr std::array<std::string_view, 3> kSelectKeys{"metric", "condition", "goal"};
inline constexpr std::array<std::string_view, 3> kRangeKeys{"min", "max", "log"};

struct ReadStage {
  Stage stage;
  const YamlNode* node = nullptr;  // its place; lives as long as the tree
  bool sound = true;               // no mistake in it
};

// Every stage, also those with mistakes. `evaluated`: what a selection may ask for.
std::vector<ReadStage> read_stages(const YamlNode& node, const std::vector<Condition>& evaluated,
                                   Mistakes& mistakes);

}  // namespace missmodal::sweeps
