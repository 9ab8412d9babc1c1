#include "sweeps/evaluation/masks.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sweeps/error.h"
#include "sweeps/sha256.h"

namespace missmodal::sweeps {
namespace {

Subset kept(Family family, std::uint64_t number) {
  switch (family) {
    case Family::text:
      return without(Modality::text);
    case Family::audio:
      return without(Modality::audio);
    case Family::vision:
      return without(Modality::vision);
    default:
      return kSubsets[1 + number % 6];
  }
}

}  // namespace

Mask draw_mask(int draw, Family family, SplitName split, std::span<const std::string> ids) {
  MISSMODAL_CHECK((Condition{family, Subset::TAV, 0}.drawn()));
  const std::string prefix = fmt::format("missmodal-mask-v1|{}|{}|{}|", draw, name(family), name(split));
  Mask mask;
  mask.order.resize(ids.size());
  mask.keeps.resize(ids.size());
  std::vector<std::uint64_t> keys(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Digest digest = sha256(prefix + ids[i]);
    keys[i] = big_endian(digest, 0);
    mask.keeps[i] = kept(family, big_endian(digest, 8));
  }
  std::iota(mask.order.begin(), mask.order.end(), std::size_t{0});
  std::sort(mask.order.begin(), mask.order.end(), [&](std::size_t a, std::size_t b) {
    return keys[a] != keys[b] ? keys[a] < keys[b] : ids[a] < ids[b];
  });
  return mask;
}

std::size_t affected_count(int rate_percent, std::size_t n) {
  return (static_cast<std::size_t>(rate_percent) * n + 50) / 100;
}

MaskTable::MaskTable(const EvaluationPlan& plan, SplitName split, std::span<const std::string> ids)
    : size_(ids.size()) {
  for (const Condition& condition : plan.conditions) {
    if (!condition.drawn() || masks_.contains({condition.family, 0})) continue;
    for (int draw = 0; draw < plan.draws; ++draw) {
      masks_.emplace(std::pair{condition.family, draw}, draw_mask(draw, condition.family, split, ids));
    }
  }
}

const Mask& MaskTable::mask(Family family, int draw) const {
  return masks_.at({family, draw});
}

}  // namespace missmodal::sweeps
