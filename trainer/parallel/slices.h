#pragma once
// Who adds which part of a buffer, and how.

#include <cstddef>
#include <vector>

#include "trainer/parallel/communicator.h"

namespace missmodal::trainer {

struct Slice {
  std::size_t first = 0;  // element
  std::size_t count = 0;
};

// Consecutive slices, earlier places one element more where they cannot be equal.
inline Slice slice(std::size_t count, int place, int places) {
  const auto k = static_cast<std::size_t>(place);
  const auto n = static_cast<std::size_t>(places);
  const std::size_t share = count / n;
  const std::size_t longer = count % n;
  return {k * share + (k < longer ? k : longer), share + (k < longer ? 1 : 0)};
}

// result = parts[0] + parts[1] + ..., added in this order. `result` may be one of the parts, and overlaps no
// other.
void sum_in_order(ElementType type, const std::vector<const void*>& parts, std::size_t count, void* result);

}  // namespace missmodal::trainer
