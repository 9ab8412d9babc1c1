#include "trainer/parallel/slices.h"

#include <algorithm>
#include <array>

namespace missmodal::trainer {
namespace {

template <typename T>
void sum_typed(const std::vector<const void*>& parts, std::size_t count, void* result) {
  // Added up in the first-level cache, so that each part is read once and the result written once.
  constexpr std::size_t kBlock = 1024;
  std::array<T, kBlock> sum;
  for (std::size_t first = 0; first < count; first += kBlock) {
    const std::size_t here = std::min(kBlock, count - first);
    std::copy_n(static_cast<const T*>(parts[0]) + first, here, sum.data());
    for (std::size_t p = 1; p < parts.size(); ++p) {
      const T* part = static_cast<const T*>(parts[p]) + first;
      for (std::size_t i = 0; i < here; ++i) sum[i] += part[i];
    }
    std::copy_n(sum.data(), here, static_cast<T*>(result) + first);
  }
}

}  // namespace

void sum_in_order(ElementType type, const std::vector<const void*>& parts, std::size_t count, void* result) {
  if (count == 0) return;
  switch (type) {
    case ElementType::float32:
      return sum_typed<float>(parts, count, result);
    case ElementType::float64:
      return sum_typed<double>(parts, count, result);
    case ElementType::int64:
      return sum_typed<std::int64_t>(parts, count, result);
    case ElementType::byte:
      break;
  }
  MISSMODAL_CHECK(!"bytes are not summed");
}

}  // namespace missmodal::trainer
