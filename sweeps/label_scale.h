#pragma once
// How far a dataset's labels reach, which decides how they are scored.

#include <optional>
#include <string_view>

namespace missmodal::sweeps {

enum class LabelScale {
  three,  // [-3, 3]: CMU-MOSI, CMU-MOSEI
  one,    // [-1, 1]: CH-SIMS
};
std::string_view name(LabelScale scale);  // "3", "1"
std::optional<LabelScale> parse_label_scale(std::string_view text);
float largest_label(LabelScale scale);
// Of the columns of a score (docs/evaluation.md, "Metrics").
bool has_metric(LabelScale scale, std::string_view metric);

}  // namespace missmodal::sweeps
