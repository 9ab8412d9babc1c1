#pragma once
// A YAML text as a tree that knows where everything stands, with what yaml-cpp's own tree hides: duplicate
// keys, and whether a scalar was quoted. One document, no tags; an alias is a copy, and a text that grows
// beyond kMostNodes by its aliases is refused, as is one nested deeper than kDeepest. A plain `<<` merges
// (yaml_merge.h).

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace missmodal::sweeps {

inline constexpr std::size_t kMostNodes = 200000;
inline constexpr std::size_t kDeepest = 64;
inline constexpr std::size_t kMostBytes = std::size_t{1} << 20;

struct YamlNode {
  enum class Kind { scalar, sequence, map };
  Kind kind = Kind::scalar;
  nlohmann::json value;  // of a scalar: null, boolean, number or string
  std::string text;      // of a scalar: as written, without quotes
  std::vector<YamlNode> items;
  std::vector<std::pair<YamlNode, YamlNode>> entries;  // keys are scalars; a key may occur twice
  std::string place;                                   // "sweeps/main.yaml:41" or "--set loss.alpha=2"
  int line = 0;                                        // from 1; 0 if it comes from elsewhere than a file

  bool is_null() const { return kind == Kind::scalar && value.is_null(); }
  const YamlNode* find(
      std::string_view key) const;  // the first entry of that key; nullptr if none, or no map
  YamlNode* find(std::string_view key);
  nlohmann::json json() const;  // the tree without its places; of a duplicate key the first
};

// Plain scalars are typed as in YAML 1.2's core schema, in decimal: null ~ true false 12 -0.5 5e-4.
// `file`: every place is `file:line`. `fixed_place`: if not empty, the place of every node.
// Throws InputError: not UTF-8, a zero byte, no YAML, several documents, tags, a key that is no scalar, an
// alias that contains itself, too large.
YamlNode parse_yaml(const std::string& text, const std::string& file, const std::string& fixed_place = {});

}  // namespace missmodal::sweeps
