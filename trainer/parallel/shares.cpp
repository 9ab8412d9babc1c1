#include "trainer/parallel/shares.h"

#include <numeric>

namespace missmodal::trainer {

Shares::Shares(std::span<const std::int64_t> weights, int members) {
  const std::int64_t whole = std::reduce(weights.begin(), weights.end(), std::int64_t{0});
  const auto things = static_cast<std::int64_t>(weights.size());
  std::int64_t end = 0;
  std::int64_t before = 0;  // the weight of [0, end), times members
  for (std::int64_t place = 1; place < members; ++place) {
    const std::int64_t wanted = place * whole;
    while (end < things) {
      const std::int64_t after = before + members * weights[static_cast<std::size_t>(end)];
      if (after - wanted >= wanted - before) break;
      before = after;
      ++end;
    }
    ends_.push_back(end);
  }
  ends_.push_back(things);
}

Share Shares::of(int place) const {
  const auto at = static_cast<std::size_t>(place);
  const std::int64_t first = place == 0 ? 0 : ends_[at - 1];
  return {first, ends_[at] - first};
}

}  // namespace missmodal::trainer
