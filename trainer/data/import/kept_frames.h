#pragma once
// Which frames of every sequence a dataset keeps: where its padding ends (docs/data.md, "Padding").

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/data/import/source_scan.h"
#include "trainer/data/source/dataset_source.h"
#include "trainer/data/source/padding.h"

namespace missmodal::trainer {

// How long sequences are.
enum class LengthRule {
  automatic,  // as the file says, else the text's where steps are as many, else counted
  frames,     // counted: up to the last non-zero frame, or from the first where padding is in front
  steps,      // all steps
};
std::string_view name(LengthRule rule);  // "auto", "frames", "steps"
std::optional<LengthRule> parse_length_rule(std::string_view text);

struct KeptFrames {
  std::array<std::vector<Window>, 3> windows;  // by SplitName
  nlohmann::json report;
};

// By Modality. What a user should know is added to `warnings`.
std::array<KeptFrames, 3> keep_frames(const DatasetSource& source, const SourceScan& scan,
                                      PaddingRule padding, LengthRule lengths,
                                      std::vector<std::string>& warnings);

}  // namespace missmodal::trainer
