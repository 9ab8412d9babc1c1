#pragma once
// What a dataset's file says about itself: the JSON under `report` in its metadata (docs/data.md lists the
// keys).

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/data/padding.h"

namespace missmodal::trainer {

struct Census {
  std::int64_t negative = 0;
  std::int64_t zero = 0;
  std::int64_t positive = 0;
};
Census count_labels(std::span<const float> labels);

// {"utterances", "census": {negative, zero, positive}, "lengths": {text|audio|vision: {min, mean, max,
// total}}}. Precondition: at least one utterance.
nlohmann::json report_split(std::span<const float> labels,
                            const std::array<std::span<const std::int32_t>, 3>& lengths);

// {"side", "lengths_from", "shifted", "recomputed", ...}; one line for each thing that a user should know is
// added to `warnings`.
nlohmann::json report_padding(std::string_view modality, std::string_view lengths_from,
                              const Padding& padding, std::vector<std::string>& warnings);

// "MOSI unaligned", ... for MMSA's own files; "" for any other.
std::string_view known_dataset(std::string_view source_sha256);

}  // namespace missmodal::trainer
