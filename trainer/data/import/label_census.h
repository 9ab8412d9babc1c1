#pragma once
// How far a source's labels reach, found out.

#include <optional>
#include <string>

#include "sweeps/label_scale.h"
#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {

struct FoundScale {
  sweeps::LabelScale scale = sweeps::LabelScale::three;
  std::string why;
};

// docs/data.md, "Label scales". InputError naming the utterance where a label is outside the scale that was
// asked for.
FoundScale find_scale(const DatasetSource& source, std::optional<sweeps::LabelScale> asked);

}  // namespace missmodal::trainer
