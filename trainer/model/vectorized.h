#pragma once
// For the few hand-written loops that carry a training step on the CPU: compiled for every vector width, the
// widest that the machine has being chosen when the program starts; and what such loops need.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__gnu_linux__)
#define MISSMODAL_VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MISSMODAL_VECTORIZED
#endif
// Only what is inlined into such a function is compiled for each width with it.
#define MISSMODAL_INLINE inline __attribute__((always_inline))

namespace missmodal::trainer {

// e^x to within 2 units in the last place for |x| <= 87, constant beyond; without a call or a branch, so that
// loops over it become vector code. Cephes' polynomial on [-ln 2 / 2, ln 2 / 2].
MISSMODAL_INLINE float fast_exp(float x) {
  x = x < -87.0F ? -87.0F : x;
  x = x > 87.0F ? 87.0F : x;
  const float shifted = x * 1.44269504F + 12582912.0F;  // adding 1.5 * 2^23 rounds to a whole number
  const float whole = shifted - 12582912.0F;
  const float rest = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;
  float sum = 1.9875691500e-4F;
  sum = sum * rest + 1.3981999507e-3F;
  sum = sum * rest + 8.3334519073e-3F;
  sum = sum * rest + 4.1665795894e-2F;
  sum = sum * rest + 1.6666665459e-1F;
  sum = sum * rest + 5.0000001201e-1F;
  sum = sum * rest * rest + rest + 1.0F;
  const auto exponent = (std::bit_cast<std::int32_t>(shifted) - 0x4B400000 + 127) << 23;
  return sum * std::bit_cast<float>(exponent);
}

MISSMODAL_INLINE float fast_sigmoid(float x) {
  return 1.0F / (1.0F + fast_exp(-x));
}
MISSMODAL_INLINE float fast_tanh(float x) {
  return 2.0F * fast_sigmoid(2.0F * x) - 1.0F;
}

inline constexpr int kLanes = 16;
// As many numbers as the widest machine handles at once; the compiler splits them where vectors are narrower.
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

MISSMODAL_INLINE void load(const float* from, Lanes& lanes) {
  std::memcpy(&lanes, from, sizeof lanes);
}
MISSMODAL_INLINE void store(const Lanes& lanes, float* to) {
  std::memcpy(to, &lanes, sizeof lanes);
}

// Sums lane by lane, then over the lanes: an order that vector code can follow, and always the same.
MISSMODAL_INLINE float total(const Lanes& lanes, float sum) {
  for (int lane = 0; lane < kLanes; ++lane) sum += lanes[lane];
  return sum;
}

MISSMODAL_INLINE float sum_of(const float* a, std::int64_t size) {
  Lanes sum{}, lanes;
  std::int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    load(a + i, lanes);
    sum += lanes;
  }
  float rest = 0;
  for (; i < size; ++i) rest += a[i];
  return total(sum, rest);
}

MISSMODAL_INLINE float dot(const float* a, const float* b, std::int64_t size) {
  Lanes sum{}, left, right;
  std::int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    load(a + i, left);
    load(b + i, right);
    sum += left * right;
  }
  float rest = 0;
  for (; i < size; ++i) rest += a[i] * b[i];
  return total(sum, rest);
}

}  // namespace missmodal::trainer
