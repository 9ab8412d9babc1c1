#include "results/figures/palette.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace missmodal::results {

namespace {

// Yellow is left out: a thin line of it cannot be seen on white.
constexpr std::array<Stroke, 5> kOthers{
    {{"#009e73", 3, 5}, {"#e69f00", 4, 13}, {"#cc79a7", 5, 11}, {"#56b4e9", 3, 4}, {"#000000", 4, 6}}};

// The baselines in the tables' order (results/views.sql.in): a colour for every fifth, points of its own for
// each.
constexpr std::array<std::string_view, 14> kBaselines{
    "EF-LSTM",           "LF-DNN", "TFN",  "LMF",  "Graph-MFN", "MFM",     "MCTN",
    "CTFN (re-derived)", "MFN",    "MISA", "MulT", "MAG-BERT",  "Self-MM", "MMIM"};
constexpr std::string_view kRobust = " + RT";  // the model's colour and points, dashes of its own
constexpr std::array<int, 14> kPoints{5, 13, 11, 4, 6, 12, 10, 8, 1, 2, 3, 14, 15, 7};

}  // namespace

Stroke stroke_of(std::string_view model) {
  if (model.ends_with(kRobust)) {
    const Stroke plain = stroke_of(model.substr(0, model.size() - kRobust.size()));
    return {plain.colour, plain.dashes == 2 ? 3 : 2, plain.points};
  }
  if (model == "MissModal") return {"#0072b2", 1, 7};
  if (model == "without") return {"#d55e00", 2, 9};
  for (std::size_t i = 0; i < kBaselines.size(); ++i) {
    const Stroke& stroke = kOthers[i % kOthers.size()];
    if (model == kBaselines[i]) return {stroke.colour, 3 + static_cast<int>(i / kOthers.size()), kPoints[i]};
  }
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : model) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return kOthers[hash % kOthers.size()];
}

}  // namespace missmodal::results
