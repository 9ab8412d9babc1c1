#include "sweeps/shuffle.h"

#include <limits>
#include <numeric>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::sweeps {

std::uint64_t NumberStream::next() {
  if (position_ % 4 == 0) block_ = sha256(key_ + "|" + std::to_string(position_ / 4));
  return big_endian(block_, 8 * (position_++ % 4));
}

std::uint64_t NumberStream::below(std::uint64_t bound) {
  MISSMODAL_CHECK(bound > 0);
  const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / bound * bound;
  for (;;) {
    const std::uint64_t number = next();
    if (number < limit) return number % bound;
  }
}

double NumberStream::unit() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

std::vector<std::size_t> permutation(std::size_t count, std::string_view key) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  NumberStream numbers{std::string(key)};
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[numbers.below(i)]);
  return order;
}

}  // namespace missmodal::sweeps
