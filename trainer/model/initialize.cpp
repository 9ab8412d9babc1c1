#include "trainer/model/initialize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sweeps/error.h"
#include "sweeps/sha256.h"
#include "trainer/model/philox.h"

namespace missmodal::trainer {

namespace {

// In [0, 1), exact in float32.
double unit(std::uint32_t bits) {
  return static_cast<double>(bits >> 8) * 0x1.0p-24;
}

void fill_block(const PhiloxBlock& block, Initial initial, std::array<float, 4>& values) {
  if (initial.kind == Initial::Kind::uniform) {
    for (std::size_t i = 0; i < 4; ++i)
      values[i] = static_cast<float>((2 * unit(block[i]) - 1) * initial.value);
    return;
  }
  for (std::size_t i = 0; i < 4; i += 2) {
    const double radius = initial.value * std::sqrt(-2 * std::log(1 - unit(block[i])));
    const double angle = 2 * std::numbers::pi * unit(block[i + 1]);
    values[i] = static_cast<float>(radius * std::cos(angle));
    values[i + 1] = static_cast<float>(radius * std::sin(angle));
  }
}

}  // namespace

void fill(torch::Tensor& parameter, Initial initial, std::uint64_t seed, std::string_view name) {
  MISSMODAL_CHECK(parameter.is_cpu() && parameter.is_contiguous() &&
                  parameter.scalar_type() == torch::kFloat32);
  float* out = parameter.data_ptr<float>();
  const std::int64_t size = parameter.numel();
  if (initial.kind == Initial::Kind::constant) {
    std::fill(out, out + size, static_cast<float>(initial.value));
    return;
  }
  const std::uint64_t key = big_endian(sha256(fmt::format("missmodal-init-v1|{}|{}", seed, name)), 0);
  const PhiloxKey halves{static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
  PhiloxBlock counter{};
  std::array<float, 4> values{};
  for (std::int64_t i = 0; i < size; i += 4, ++counter[0]) {
    fill_block(philox(counter, halves), initial, values);
    std::copy_n(values.begin(), std::min<std::int64_t>(4, size - i), out + i);
  }
}

}  // namespace missmodal::trainer
