#include "trainer/model/baselines/gaussian_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace missmodal::trainer {
namespace {

// Keeps this use of Philox apart from dropout's and initialisation's.
constexpr PhiloxKey kDrawDomain{0x64726177U, 0x6e756d01U};

// In (0, 1]: its logarithm is finite.
double positive_unit(std::uint32_t word) {
  return (static_cast<double>(word >> 8) + 1) * 0x1.0p-24;
}

}  // namespace

PhiloxBlock counted_words(const CountedDraw& draw, std::int64_t utterance, std::uint32_t block) {
  const auto step = static_cast<std::uint64_t>(draw.step);
  const PhiloxBlock key =
      philox({static_cast<std::uint32_t>(draw.seed), static_cast<std::uint32_t>(draw.seed >> 32),
              static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32)},
             kDrawDomain);
  const auto place = static_cast<std::uint64_t>(utterance);
  return philox(
      {block, draw.stream, static_cast<std::uint32_t>(place), static_cast<std::uint32_t>(place >> 32)},
      {key[0], key[1]});
}

torch::Tensor gaussian_rows(const CountedDraw& draw, std::int64_t utterances, std::int64_t width) {
  torch::Tensor rows = torch::empty({utterances, width}, torch::kFloat32);
  float* out = rows.data_ptr<float>();
  for (std::int64_t utterance = 0; utterance < utterances; ++utterance, out += width) {
    for (std::int64_t column = 0; column < width; column += 4) {
      const PhiloxBlock words = counted_words(draw, utterance, static_cast<std::uint32_t>(column / 4));
      std::array<float, 4> values{};
      for (std::size_t i = 0; i < 4; i += 2) {  // Box & Muller 1958
        const double radius = std::sqrt(-2 * std::log(positive_unit(words[i])));
        const double angle = 2 * std::numbers::pi * positive_unit(words[i + 1]);
        values[i] = static_cast<float>(radius * std::cos(angle));
        values[i + 1] = static_cast<float>(radius * std::sin(angle));
      }
      std::copy_n(values.begin(), std::min<std::int64_t>(4, width - column), out + column);
    }
  }
  return rows;
}

}  // namespace missmodal::trainer
