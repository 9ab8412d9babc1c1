#include "trainer/data/source/open_options.h"

namespace missmodal::trainer {

std::string_view name(SourceLayout layout) {
  switch (layout) {
    case SourceLayout::mmsa:
      return "mmsa";
    case SourceLayout::cmu:
      return "cmu";
    case SourceLayout::tuples:
      return "tuples";
  }
  return "";
}

std::optional<SourceLayout> parse_source_layout(std::string_view text) {
  for (const SourceLayout layout : {SourceLayout::mmsa, SourceLayout::cmu, SourceLayout::tuples}) {
    if (name(layout) == text) return layout;
  }
  return std::nullopt;
}

}  // namespace missmodal::trainer
