#include "trainer/data/source/dataset_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sweeps/error.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

// "train" of "mosi.pkl: train".
std::string_view name_of(const SourceSplit& split) {
  return std::string_view(split.place).substr(split.place.rfind(' ') + 1);
}

// What one split has and another has not, where all must be alike.
void compare_kinds(const SourceSplit& first, const SourceSplit& other, MistakeList& mistakes) {
  const auto differ = [&](std::string_view what, bool first_has, bool other_has) {
    if (first_has == other_has) return;
    mistakes.add(other.place,
                 fmt::format("has {}{}, unlike {}", other_has ? "" : "no ", what, name_of(first)));
  };
  differ("word pieces", first.word_pieces.has_value(), other.word_pieces.has_value());
}

}  // namespace

std::vector<float> checked_labels(const std::vector<double>& labels, const std::vector<std::string>& ids,
                                  const std::string& place) {
  if (labels.size() != ids.size())
    throw InputError(place, fmt::format("has {} entries for {} ids", labels.size(), ids.size()));
  std::vector<float> checked;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!(std::abs(labels[i]) <= 3.0)) {
      throw InputError(
          place, fmt::format("utterance {} has the label {}, not in [-3, 3]", printable(ids[i]), labels[i]));
    }
    checked.push_back(static_cast<float>(labels[i]));
  }
  return checked;
}

void compare_splits(DatasetSource& source, MistakeList& mistakes) {
  const SourceSplit* first = nullptr;
  for (const SourceSplit& split : source.splits) {
    if (split.size() == 0) continue;
    if (first == nullptr) first = &split;
    compare_kinds(*first, split, mistakes);
    for (std::size_t m = 0; m < kModalities.size(); ++m) {
      const std::optional<SequenceColumn>& column = split.sequences[m];
      if (!column) {
        source.widths[m] = 1;
        continue;
      }
      const std::int32_t steps = column->most_steps();
      const bool same_steps = column->is_list() || source.steps[m] == 0 || steps == source.steps[m];
      if (&split != first && first->sequences[m] && (!same_steps || column->width() != source.widths[m])) {
        mistakes.add(column->place(),
                     fmt::format("has {} steps of width {}, {} has {} of {}", steps, column->width(),
                                 name_of(*first), source.steps[m], source.widths[m]));
        continue;
      }
      source.widths[m] = column->width();
      source.steps[m] = std::max(source.steps[m], steps);
    }
  }
}

}  // namespace missmodal::trainer
