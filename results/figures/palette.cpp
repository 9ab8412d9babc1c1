#include "results/figures/palette.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace missmodal::results {

namespace {

// Yellow is left out: a thin line of it cannot be seen on white.
constexpr std::array<Stroke, 5> kOthers{
    {{"#009e73", 3, 5}, {"#e69f00", 4, 13}, {"#cc79a7", 5, 11}, {"#56b4e9", 3, 4}, {"#000000", 4, 6}}};

}  // namespace

Stroke stroke_of(std::string_view model) {
  if (model == "MissModal") return {"#0072b2", 1, 7};
  if (model == "without") return {"#d55e00", 2, 9};
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : model) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return kOthers[hash % kOthers.size()];
}

}  // namespace missmodal::results
