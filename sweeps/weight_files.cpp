#include "sweeps/weight_files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "sweeps/error.h"
#include "sweeps/presence.h"
#include "sweeps/value_type.h"

namespace missmodal::sweeps {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMostIndexBytes = std::size_t{1} << 24;  // an index of the largest models has 100 KB
constexpr std::size_t kMostFiles = 1000;
constexpr int kDeepestIndex = 4;

// JSON keeps of two equal keys the last, and a tensor would come from another file than one reads there.
json parse_strictly(std::string_view text, const std::string& place) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kDeepestIndex) throw InputError(place, "nests deeper than an index of weights does");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw InputError(place, fmt::format("has the key {} twice", shown(parsed)));
    }
    return true;
  };
  try {
    return json::parse(text, check);
  } catch (const json::exception&) {
    throw InputError(place, "is not JSON");
  }
}

bool is_file_beside(const std::string& name) {
  return name.ends_with(".safetensors") && !name.starts_with('.') &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
}

}  // namespace

WeightFiles parse_weight_index(std::string_view text, const std::string& place) {
  if (text.size() > kMostIndexBytes)
    throw InputError(place, "is larger than 16 MiB, which no index of weights is");
  const json root = parse_strictly(text, place);
  if (!root.is_object() || !root.contains("weight_map") || !root["weight_map"].is_object()) {
    throw InputError(place, "has no weight_map from tensors to files");
  }
  WeightFiles files;
  files.indexed = true;
  std::set<std::string> names;
  for (const auto& [tensor, file] : root["weight_map"].items()) {
    if (!file.is_string() || !is_file_beside(file.get_ref<const std::string&>())) {
      throw InputError(place, fmt::format("weight_map must name .safetensors files of its own folder, got {}",
                                          shown(file)));
    }
    files.file_of.emplace(tensor, file.get<std::string>());
    names.insert(file.get<std::string>());
    if (names.size() > kMostFiles) {
      throw InputError(place, fmt::format("weight_map names more than {} files", kMostFiles));
    }
  }
  if (names.empty()) throw InputError(place, "weight_map is empty");
  files.names.assign(names.begin(), names.end());
  return files;
}

WeightFiles weight_files(const fs::path& folder) {
  if (is_there(folder / kWholeWeights)) return {false, {kWholeWeights}, {}};
  const fs::path index = folder / kWeightIndex;
  if (!is_there(index)) return {};
  errno = 0;
  std::ifstream file(index, std::ios::binary);
  std::string text(kMostIndexBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.is_open() || file.bad()) {
    throw InputError(index.string(), fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  return parse_weight_index(text, index.string());
}

}  // namespace missmodal::sweeps
