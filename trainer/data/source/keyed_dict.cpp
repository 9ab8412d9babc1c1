#include "trainer/data/source/keyed_dict.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sweeps/error.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

// What a key is also called: the first that a file has is proposed.
struct Other {
  std::string_view key;
  std::string_view name;
};
constexpr Other kOthers[] = {
    {"valid", "dev"},
    {"valid", "val"},
    {"valid", "validation"},
    {"vision", "video"},
    {"vision", "visual"},
    {"vision", "v"},
    {"audio", "acoustic"},
    {"audio", "a"},
    {"text", "language"},
    {"text", "t"},
    {"id", "ids"},
    {"id", "segment"},
    {"labels", "label"},
    {"labels", "y"},
    {"labels", "regression_labels"},
    {"regression_labels", "labels"},
    {"regression_labels", "label"},
    {"regression_labels", "regression_label"},
};

}  // namespace

std::string KeyedDict::place(std::string_view key) const {
  return fmt::format("{}.{}", place_, printable(name_of(key)));
}

std::string_view KeyedDict::name_of(std::string_view key) const {
  const auto named = names_.find(std::string(key));
  return named == names_.end() ? key : std::string_view(named->second);
}

// Of equal keys the last holds, as in Python.
const PickleNode* KeyedDict::find(std::string_view key) const {
  const std::string_view wanted = name_of(key);
  const auto found = std::find_if(dict_.entries.rbegin(), dict_.entries.rend(), [&](const auto& entry) {
    const auto* chars = tree_.get<PickleChars>(entry.first);
    return chars != nullptr && !chars->in_file && chars->here == wanted;
  });
  return found == dict_.entries.rend() ? nullptr : &found->second;
}

PickleNode KeyedDict::required(std::string_view key, std::string_view advice) const {
  const PickleNode* node = find(key);
  if (node == nullptr) throw InputError(place_, missing(key, advice));
  return *node;
}

std::vector<std::string> KeyedDict::keys() const {
  constexpr std::size_t kMost = 24;
  std::vector<std::string> keys;
  for (const auto& [key, value] : dict_.entries) {
    const auto* chars = tree_.get<PickleChars>(key);
    if (chars == nullptr || chars->in_file) continue;
    if (keys.size() == kMost) {
      keys.emplace_back("...");
      break;
    }
    keys.push_back(printable(chars->here));
  }
  std::sort(keys.begin(), keys.end() - (keys.size() > kMost ? 1 : 0));
  return keys;
}

std::string KeyedDict::missing(std::string_view key, std::string_view advice, std::string_view noun) const {
  const std::vector<std::string> there = keys();
  std::string text = fmt::format("has no {}{}'{}'", noun, noun.empty() ? "" : " ", printable(name_of(key)));
  if (there.empty()) return text;
  text += fmt::format(" but {}", fmt::join(there, ", "));
  for (const Other& other : kOthers) {
    if (other.key != key || std::find(there.begin(), there.end(), other.name) == there.end()) continue;
    return text + fmt::format(": --key {}={} takes that one{}", key, other.name, advice);
  }
  return text + fmt::format(": --key {}=NAME takes one of another name{}", key, advice);
}

}  // namespace missmodal::trainer
