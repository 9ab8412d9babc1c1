#pragma once
// A tiny MMSA pickle whose every number a test can choose.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/trainer/data/pickle_bytes.h"

namespace missmodal::testing {

// One split of N utterances: text of 4 positions and width 1, audio and vision of `steps` steps and width 1.
struct MmsaSplitNumbers {
  int steps = 4;
  std::vector<double> labels;
  std::vector<std::vector<std::int64_t>> masks;            // (N, 4)
  std::array<std::vector<std::vector<double>>, 2> frames;  // audio, vision: (N, steps)
  std::array<std::optional<std::vector<int>>, 2> lengths;

  std::size_t size() const { return labels.size(); }
};

// `count` utterances: three word pieces, audio 1 2 0 0 and vision 5 6 7 0.
inline MmsaSplitNumbers plain_split(std::size_t count) {
  MmsaSplitNumbers split;
  for (std::size_t n = 0; n < count; ++n) {
    split.labels.push_back(static_cast<double>(n % 3) - 1);
    split.masks.push_back({1, 1, 1, 0});
    split.frames[0].push_back({1, 2, 0, 0});
    split.frames[1].push_back({5, 6, 7, 0});
  }
  split.lengths = {std::vector<int>(count, 2), std::vector<int>(count, 3)};
  return split;
}

// Pickled values by key; a test replaces, adds or erases what it likes.
using MmsaKeys = std::map<std::string, std::string>;

inline MmsaKeys keys_of(const MmsaSplitNumbers& split, const std::string& name) {
  const int count = static_cast<int>(split.size());
  std::vector<std::string> ids;
  std::vector<std::string> transcripts;
  std::vector<float> words;
  std::vector<std::int64_t> bert;
  for (int n = 0; n < count; ++n) {
    ids.push_back(text(name + "$_$" + std::to_string(n)));
    transcripts.push_back(text("words of " + name));
    for (int t = 0; t < 4; ++t) words.push_back(static_cast<float>(10 * n + t));
    for (const int id : {101, 2000, 102, 0}) bert.push_back(id);
    const auto& mask = split.masks[static_cast<std::size_t>(n)];
    bert.insert(bert.end(), mask.begin(), mask.end());
    bert.insert(bert.end(), 4, 0);
  }
  MmsaKeys keys{{"id", list(ids)},
                {"raw_text", list(transcripts)},
                {"text", array("f4", {count, 4, 1}, raw(words))},
                {"text_bert", array("i8", {count, 3, 4}, raw(bert))},
                {"regression_labels", array("f8", {count}, raw(split.labels))}};
  for (const std::size_t m : {0U, 1U}) {
    const std::string key = m == 0 ? "audio" : "vision";
    std::vector<double> all;
    for (const auto& row : split.frames[m]) all.insert(all.end(), row.begin(), row.end());
    keys[key] = array("f8", {count, split.steps, 1}, raw(all));
    if (!split.lengths[m]) continue;
    std::vector<std::string> lengths;
    for (const int length : *split.lengths[m]) lengths.push_back(integer(length));
    keys[key + "_lengths"] = list(lengths);
  }
  return keys;
}

using MmsaFile = std::map<std::string, MmsaKeys>;

inline MmsaFile plain_file() {
  return {{"train", keys_of(plain_split(4), "train")},
          {"valid", keys_of(plain_split(2), "valid")},
          {"test", keys_of(plain_split(3), "test")}};
}

inline std::string mmsa_pickle(const MmsaFile& file) {
  std::vector<std::pair<std::string, std::string>> splits;
  for (const auto& [name, keys] : file) {
    splits.emplace_back(name, dict({keys.begin(), keys.end()}));
  }
  return pickle(dict(splits));
}

}  // namespace missmodal::testing
