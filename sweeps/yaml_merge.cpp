#include "sweeps/yaml_merge.h"

#include <iterator>
#include <set>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/value_type.h"

namespace missmodal::sweeps {
namespace {

void expect_map(const YamlNode& node, const YamlNode& whole) {
  if (node.kind == YamlNode::Kind::map) return;
  throw InputError(node.place,
                   "the merge key << takes a mapping or a list of mappings, got " + shown(whole.json()));
}

}  // namespace

void merge_below(YamlNode& map, YamlNode merged) {
  std::vector<YamlNode> sources;
  if (merged.kind == YamlNode::Kind::sequence) {
    for (const YamlNode& item : merged.items) expect_map(item, merged);
    sources = std::move(merged.items);
  } else {
    expect_map(merged, merged);
    sources.push_back(std::move(merged));
  }
  std::set<std::string> taken;
  for (const auto& [key, value] : map.entries) taken.insert(key.text);
  std::vector<std::pair<YamlNode, YamlNode>> entries;
  for (YamlNode& source : sources) {
    for (auto& entry : source.entries) {
      if (taken.insert(entry.first.text).second) entries.push_back(std::move(entry));
    }
  }
  map.entries.insert(map.entries.begin(), std::make_move_iterator(entries.begin()),
                     std::make_move_iterator(entries.end()));
}

}  // namespace missmodal::sweeps
