#pragma once
// Initial values: every parameter from a stream of its own, keyed by the seed and its full name; so neither
// the order of construction, nor the rank, nor the LibTorch version changes a bit of it.

#include <cstdint>
#include <string_view>

#include "trainer/torch.h"

namespace missmodal::trainer {

// The distribution of one parameter's initial values.
struct Initial {
  enum class Kind { constant, uniform, normal };
  Kind kind = Kind::constant;
  double value = 0;  // the constant; the bound b of U(-b, b); the standard deviation of N(0, s)

  static Initial constant(double value) { return {Kind::constant, value}; }
  static Initial uniform(double bound) { return {Kind::uniform, bound}; }
  static Initial normal(double deviation) { return {Kind::normal, deviation}; }
};

// Philox4x32-10 with the first 8 bytes of SHA-256("missmodal-init-v1|<seed>|<name>") as key; uniform: 24 bits
// a number; normal: Box-Muller. Precondition: float32 on the CPU, contiguous.
void fill(torch::Tensor& parameter, Initial initial, std::uint64_t seed, std::string_view name);

}  // namespace missmodal::trainer
