#include "sweeps/label_scale.h"

namespace missmodal::sweeps {

std::string_view name(LabelScale scale) {
  return scale == LabelScale::one ? "1" : "3";
}

std::optional<LabelScale> parse_label_scale(std::string_view text) {
  for (const LabelScale scale : {LabelScale::three, LabelScale::one}) {
    if (name(scale) == text) return scale;
  }
  return std::nullopt;
}

float largest_label(LabelScale scale) {
  return scale == LabelScale::one ? 1.0F : 3.0F;
}

bool has_metric(LabelScale scale, std::string_view metric) {
  const bool of_three = metric == "acc7" || metric == "acc2_non0" || metric == "f1_non0";
  return scale == LabelScale::one ? !of_three : metric != "acc3";
}

}  // namespace missmodal::sweeps
