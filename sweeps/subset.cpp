#include "sweeps/subset.h"

namespace missmodal {
namespace {

constexpr std::array<std::string_view, 3> kModalityNames{"text", "audio", "vision"};
constexpr std::array<std::string_view, 7> kSubsetNames{"TAV", "T", "A", "V", "TA", "TV", "AV"};

}  // namespace

std::string_view name(Modality modality) {
  return kModalityNames[static_cast<unsigned>(modality)];
}

std::string_view name(Subset subset) {
  return kSubsetNames[static_cast<unsigned>(subset)];
}

std::optional<Subset> parse_subset(std::string_view text) {
  for (Subset subset : kSubsets) {
    if (name(subset) == text) return subset;
  }
  return std::nullopt;
}

Subset without(Modality missing) {
  switch (missing) {
    case Modality::text:
      return Subset::AV;
    case Modality::audio:
      return Subset::TV;
    case Modality::vision:
      return Subset::TA;
  }
  return Subset::TAV;
}

}  // namespace missmodal
