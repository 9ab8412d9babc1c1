#pragma once
// Which files of a Hugging Face folder hold a text encoder's weights: one, or several that an index names.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace missmodal::sweeps {

inline constexpr const char* kWholeWeights = "model.safetensors";
inline constexpr const char* kWeightIndex = "model.safetensors.index.json";

struct WeightFiles {
  bool indexed = false;                        // kWeightIndex counts, not kWholeWeights
  std::vector<std::string> names;              // in the folder, sorted; empty: there are no weights
  std::map<std::string, std::string> file_of;  // by tensor's name; empty where not indexed
};

// kWholeWeights where it is there, else what kWeightIndex names. Whether those are there is not looked at.
// Throws InputError naming the index: cannot be read, and what parse_weight_index() throws.
WeightFiles weight_files(const std::filesystem::path& folder);

// An index's text, found at `place`. Throws InputError: no JSON object of that form, a tensor twice, a name
// that is no .safetensors file of the index's own folder, absurdly many of them.
WeightFiles parse_weight_index(std::string_view text, const std::string& place);

}  // namespace missmodal::sweeps
