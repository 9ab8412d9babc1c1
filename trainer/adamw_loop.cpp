#include "trainer/adamw_loop.h"

#include <algorithm>
#include <cmath>

#include "trainer/model/vectorized.h"

namespace missmodal::trainer {

MISSMODAL_VECTORIZED void adamw_update(float* __restrict value, const float* __restrict gradient,
                                       float* __restrict first, float* __restrict second, std::int64_t size,
                                       const AdamWUpdate& update) {
  const auto clip = static_cast<float>(update.clip);
  const auto decay = static_cast<float>(update.decay);
  const auto step_size = static_cast<float>(update.step_size);
  const auto inverse_correction = static_cast<float>(1 / update.correction);
  const auto epsilon = static_cast<float>(update.epsilon);
  constexpr auto kKeep1 = static_cast<float>(AdamWUpdate::kBeta1);
  constexpr auto kTake1 = static_cast<float>(1 - AdamWUpdate::kBeta1);
  constexpr auto kKeep2 = static_cast<float>(AdamWUpdate::kBeta2);
  constexpr auto kTake2 = static_cast<float>(1 - AdamWUpdate::kBeta2);
  for (std::int64_t i = 0; i < size; ++i) {
    const float g = gradient[i] * clip;
    first[i] = kKeep1 * first[i] + kTake1 * g;
    second[i] = kKeep2 * second[i] + kTake2 * g * g;
    value[i] =
        decay * value[i] - step_size * first[i] / (std::sqrt(second[i]) * inverse_correction + epsilon);
  }
}

MISSMODAL_VECTORIZED double sum_of_squares(const float* values, std::int64_t size) {
  // Pieces of floats, added up in double precision: the float sum of a whole tensor would lose digits.
  constexpr std::int64_t kPiece = 1024;
  double sum = 0;
  for (std::int64_t i = 0; i < size; i += kPiece) {
    sum += static_cast<double>(dot(values + i, values + i, std::min(kPiece, size - i)));
  }
  return sum;
}

}  // namespace missmodal::trainer
