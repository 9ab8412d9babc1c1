#pragma once
// What a dataset's file says about itself: the JSON under `report` in its metadata (docs/data.md lists the
// keys).

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace missmodal::trainer {

struct Census {
  std::int64_t negative = 0;
  std::int64_t zero = 0;
  std::int64_t positive = 0;
};
Census count_labels(std::span<const float> labels);

// {"utterances", "census": {negative, zero, positive}, "lengths": {text|audio|vision: {min, mean, max,
// total}}}; without labels no census. Precondition: at least one utterance.
nlohmann::json report_split(std::span<const float> labels,
                            const std::array<std::span<const std::int32_t>, 3>& lengths);

// What was found and done about the padding of one modality.
struct PaddingCensus {
  bool left = false;             // the modality counts as left-padded
  std::int64_t shifted = 0;      // utterances whose frames moved to the front
  std::int64_t recomputed = 0;   // whose length the frames contradict: it follows the frames instead
  std::int64_t cut = 0;          // (keep) non-zero frames past the length are dropped
  std::int64_t zero_length = 0;  // length 0 in the file, 1 here
  std::int64_t over_length = 0;  // length past the tensor in the file, the tensor's here
  std::map<std::int64_t, std::int64_t>
      outside;  // histogram: 2^k -> utterances with 2^k .. 2^(k+1) - 1 frames outside
};

// {"side", "lengths_from", "shifted", "recomputed", ...}; one line for each thing that a user should know is
// added to `warnings`.
nlohmann::json report_padding(std::string_view modality, std::string_view lengths_from,
                              const PaddingCensus& padding, std::vector<std::string>& warnings);

// "MOSI unaligned", ... for MMSA's own files; "" for any other.
std::string_view known_dataset(std::string_view source_sha256);

}  // namespace missmodal::trainer
