#pragma once
// Noise for synthetic data: numbers that depend on a key and a counter only, and on no library. Every
// operation is exact in double precision, so all machines agree.

#include <cstdint>
#include <string_view>

#include "sweeps/sha256.h"

namespace missmodal::trainer {

class Noise {
 public:
  explicit Noise(std::string_view key) : state_(big_endian(sha256(key), 0)) {}

  // splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
  std::uint64_t bits() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }  // [0, 1)
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(unit() * static_cast<double>(bound));
  }

  // Mean 0, variance 1, nearly normal, within +-2 sqrt(3): the sum of four 16-bit uniforms. No logarithm,
  // whose last bit differs between libraries.
  double normal() {
    constexpr double kMean = 2 * 65535.0;
    constexpr double kScale = 1.7320508075688772 / 65536.0;
    const std::uint64_t b = bits();
    const std::uint64_t sum = (b & 0xFFFF) + (b >> 16 & 0xFFFF) + (b >> 32 & 0xFFFF) + (b >> 48);
    return (static_cast<double>(sum) - kMean) * kScale;
  }

 private:
  std::uint64_t state_;
};

}  // namespace missmodal::trainer
