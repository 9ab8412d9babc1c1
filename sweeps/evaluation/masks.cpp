#include "sweeps/evaluation/masks.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/sha256.h"

namespace missmodal::sweeps {
namespace {

std::size_t at(Modality modality) {
  return static_cast<std::size_t>(modality);
}

Subset incomplete_subset(std::uint64_t number) {
  return kSubsets[1 + number % 6];
}

Modality single_modality(std::uint64_t number) {
  return kModalities[number % kModalities.size()];
}

// floor(100 x / 2^64): an utterance is affected at every percentage above it.
std::uint32_t percent_below(std::uint64_t x) {
  const std::uint64_t high = 100 * (x >> 32);
  const std::uint64_t low = 100 * (x & 0xffffffffU);
  return static_cast<std::uint32_t>((high + (low >> 32)) >> 32);
}

class MaskMaker {
 public:
  MaskMaker(int draw, Family family, SplitName split, std::span<const std::string> ids)
      : ids_(ids),
        family_(family),
        draw_and_family_(fmt::format("missmodal-mask-v1|{}|{}|", draw, name(family))),
        split_(fmt::format("{}|", name(split))) {
    for (auto& lost_at : mask_.lost_at) lost_at.assign(ids.size(), Mask::kNever);
    mask_.last.assign(ids.size(), Modality::text);
  }

  Mask make() {
    if (family_ == Family::missing_rate) {
      lose_slots();
    } else if (family_ == Family::imbalanced) {
      lose_each_modality();
    } else {
      lose_all_but_a_subset();
    }
    return std::move(mask_);
  }

 private:
  std::string text(std::size_t utterance) const { return draw_and_family_ + split_ + ids_[utterance]; }

  Subset kept(std::uint64_t number) const {
    if (family_ == Family::text) return without(Modality::text);
    if (family_ == Family::audio) return without(Modality::audio);
    if (family_ == Family::vision) return without(Modality::vision);
    return incomplete_subset(number);
  }

  // text, audio, vision, random, instance: an affected utterance loses everything but a subset at once.
  void lose_all_but_a_subset() {
    std::vector<Slot> slots;
    std::vector<Subset> keeps;
    std::vector<std::uint32_t> affected_at(ids_.size());
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const Digest digest = sha256(text(i));
      slots.push_back({big_endian(digest, 0), ids_[i], Modality::text, i});
      keeps.push_back(kept(big_endian(digest, 8)));
    }
    std::sort(slots.begin(), slots.end());
    for (std::uint32_t place = 0; place < slots.size(); ++place) {
      affected_at[slots[place].utterance] =
          family_ == Family::instance ? percent_below(slots[place].key) : place;
    }
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      for (Modality modality : kModalities) {
        if (!has(keeps[i], modality)) mask_.lost_at[at(modality)][i] = affected_at[i];
      }
    }
  }

  void lose_slots() {
    std::vector<Slot> slots;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const Modality keeps = single_modality(big_endian(sha256(text(i)), 8));
      for (Modality modality : kModalities) {
        if (modality == keeps) continue;
        const Digest digest = sha256(fmt::format("{}|{}", text(i), name(modality)));
        slots.push_back({big_endian(digest, 0), ids_[i], modality, i});
      }
    }
    lose_in_order(slots);
  }

  void lose_each_modality() {
    for (Modality modality : kModalities) {
      std::vector<Slot> slots;
      for (std::size_t i = 0; i < ids_.size(); ++i) {
        const Digest digest =
            sha256(fmt::format("{}{}|{}{}", draw_and_family_, name(modality), split_, ids_[i]));
        slots.push_back({big_endian(digest, 0), ids_[i], modality, i});
      }
      lose_in_order(slots);
    }
    for (std::size_t i = 0; i < ids_.size(); ++i)
      mask_.last[i] = single_modality(big_endian(sha256(text(i)), 8));
  }

  void lose_in_order(std::vector<Slot>& slots) {
    std::sort(slots.begin(), slots.end());
    for (std::uint32_t place = 0; place < slots.size(); ++place)
      mask_.lost_at[at(slots[place].modality)][slots[place].utterance] = place;
  }

  std::span<const std::string> ids_;
  Family family_;
  std::string draw_and_family_;
  std::string split_;
  Mask mask_;
};

constexpr Subset with_bits(unsigned bits) {
  constexpr std::array<Subset, 8> kByBits{Subset::TAV, Subset::T,  Subset::A,  Subset::TA,
                                          Subset::V,   Subset::TV, Subset::AV, Subset::TAV};
  return kByBits[bits];
}

// What remains of utterance i.
Subset remains(const Mask& mask, const std::array<std::uint32_t, 3>& limits, std::size_t i) {
  unsigned bits = 0;
  for (std::size_t m = 0; m < limits.size(); ++m) bits |= (mask.lost_at[m][i] < limits[m] ? 0U : 1U) << m;
  return with_bits(bits != 0 ? bits : 1U << at(mask.last[i]));
}

}  // namespace

Mask draw_mask(int draw, Family family, SplitName split, std::span<const std::string> ids) {
  MISSMODAL_CHECK((Condition{family, Subset::TAV, 0}.drawn()));
  return MaskMaker(draw, family, split, ids).make();
}

std::array<std::uint32_t, 3> thresholds(const Condition& condition, std::size_t n) {
  std::array<std::uint32_t, 3> limits{};
  for (std::size_t m = 0; m < limits.size(); ++m) {
    const std::size_t limit =
        condition.family == Family::missing_rate ? missing_count(condition.rate_percent, n)
        : condition.family == Family::instance   ? static_cast<std::size_t>(condition.rate_percent)
        : condition.family == Family::imbalanced ? affected_count(condition.rates[m], n)
                                                 : affected_count(condition.rate_percent, n);
    limits[m] = static_cast<std::uint32_t>(limit);
  }
  return limits;
}

std::vector<Subset> remaining(const Mask& mask, const Condition& condition) {
  const std::array<std::uint32_t, 3> limits = thresholds(condition, mask.size());
  std::vector<Subset> subsets;
  for (std::size_t i = 0; i < mask.size(); ++i) subsets.push_back(remains(mask, limits, i));
  return subsets;
}

std::size_t affected_count(int rate_percent, std::size_t n) {
  return (static_cast<std::size_t>(rate_percent) * n + 50) / 100;
}

std::size_t missing_count(int rate_percent, std::size_t n) {
  return std::min(2 * n, affected_count(rate_percent, 3 * n));
}

MaskTable::MaskTable(const EvaluationPlan& plan, SplitName split, std::span<const std::string> ids)
    : draws_(plan.draws), size_(ids.size()) {
  std::copy_if(plan.conditions.begin(), plan.conditions.end(), std::back_inserter(conditions_),
               [](const Condition& condition) { return condition.drawn(); });
  std::stable_sort(conditions_.begin(), conditions_.end(),
                   [](const Condition& a, const Condition& b) { return a.family < b.family; });
  const auto draws = static_cast<std::size_t>(draws_);
  rows_.resize(conditions_.size() * draws * size_);
  for (std::size_t first = 0; first < conditions_.size();) {
    const Family family = conditions_[first].family;
    std::size_t end = first;
    while (end < conditions_.size() && conditions_[end].family == family) ++end;
    for (std::size_t draw = 0; draw < draws; ++draw) {
      const Mask mask = draw_mask(static_cast<int>(draw), family, split, ids);
      for (std::size_t c = first; c < end; ++c) {
        const std::vector<Subset> subsets = remaining(mask, conditions_[c]);
        std::transform(subsets.begin(), subsets.end(),
                       rows_.begin() + static_cast<std::ptrdiff_t>((c * draws + draw) * size_),
                       [](Subset subset) { return static_cast<std::uint8_t>(row(subset)); });
      }
    }
    first = end;
  }
}

std::span<const std::uint8_t> MaskTable::rows(const Condition& condition, int draw) const {
  const auto found = std::find(conditions_.begin(), conditions_.end(), condition);
  MISSMODAL_CHECK(found != conditions_.end() && draw >= 0 && draw < draws_);
  const auto place = static_cast<std::size_t>((found - conditions_.begin()) * draws_ + draw);
  return std::span(rows_).subspan(place * size_, size_);
}

}  // namespace missmodal::sweeps
