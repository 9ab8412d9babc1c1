#include "trainer/data/import/label_census.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "sweeps/error.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

using sweeps::LabelScale;

// One in five of CMU-MOSEI's labels and nearly every second of CMU-MOSI's is past 1, so among this many one
// is.
constexpr std::size_t kEnoughLabels = 100;

// CH-SIMS's labels are -1, -0.8, ... 1.
bool is_step(float label) {
  return std::abs(label * 5 - std::round(label * 5)) < 1e-3F;
}

bool within(const std::vector<float>& labels, float largest) {
  return std::all_of(labels.begin(), labels.end(), [&](float y) { return std::abs(y) <= largest; });
}

void check(const SourceSplit& split, const std::vector<float>& labels, LabelScale scale) {
  const float largest = sweeps::largest_label(scale);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (std::abs(labels[i]) > largest)
      throw InputError(split.place,
                       fmt::format("utterance {} has the label {}, not in [-{}, {}] as --scale says",
                                   printable(split.ids[i]), labels[i], largest, largest));
  }
}

}  // namespace

FoundScale find_scale(const DatasetSource& source, std::optional<LabelScale> asked) {
  if (asked) {
    for (const SourceSplit& split : source.splits) {
      check(split, split.labels, *asked);
      for (const std::vector<float>& labels : split.unimodal_labels) check(split, labels, *asked);
    }
    return {*asked, "--scale"};
  }
  if (source.layout != SourceLayout::mmsa)
    return {LabelScale::three, fmt::format("{} files are CMU-MOSI's and CMU-MOSEI's", name(source.layout))};
  std::size_t count = 0;
  bool small = true;
  bool steps = true;
  bool unimodal = true;
  for (const SourceSplit& split : source.splits) {
    if (split.size() == 0) continue;
    count += split.labels.size();
    small = small && within(split.labels, 1);
    steps = steps && std::all_of(split.labels.begin(), split.labels.end(), is_step);
    for (const std::vector<float>& labels : split.unimodal_labels) {
      unimodal = unimodal && !labels.empty();
      small = small && within(labels, 1);
    }
  }
  if (count == 0) return {LabelScale::three, "there are no labels"};
  if (!small) return {LabelScale::three, "a label is outside [-1, 1]"};
  if (unimodal) return {LabelScale::one, "labels are in [-1, 1], and each modality has its own"};
  if (steps && count >= kEnoughLabels)
    return {LabelScale::one, fmt::format("all {} labels are in [-1, 1], in steps of 0.2", count)};
  return {LabelScale::three, "nothing says that labels cannot pass 1"};
}

}  // namespace missmodal::trainer
