#pragma once
// Who is missing what: a pure function of the draw, the family, the split and the utterance's id, so that
// every trial, model, rank and language sees the same missing utterances (docs/evaluation.md).

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/condition.h"
#include "sweeps/subset.h"
#include "sweeps/trial_result.h"

namespace missmodal::sweeps {

// What a mask puts in order: an utterance, or one modality of it. Ties of the key are broken by the id,
// bytewise, then in the order text, audio, vision.
struct Slot {
  std::uint64_t key = 0;
  std::string_view id;
  Modality modality = Modality::text;
  std::size_t utterance = 0;
  auto operator<=>(const Slot&) const = default;
};

// One draw of one family over a split of N utterances: under a condition of the family, utterance i has lost
// modality m where lost_at[m][i] < thresholds(condition, N)[m]. Masks of rising rate therefore
// nest, but for what `last` gives back.
struct Mask {
  static constexpr std::uint32_t kNever = UINT32_MAX;
  std::array<std::vector<std::uint32_t>, 3> lost_at;  // (3, N), modalities in their order
  std::vector<Modality> last;                         // (N) what stays where all three would be lost
  std::size_t size() const { return last.size(); }
};

// The recipes are those of docs/evaluation.md. Precondition: the family is drawn.
Mask draw_mask(int draw, Family family, SplitName split, std::span<const std::string> ids);

// By modality: a count of utterances, of slots (`missing_rate`), or a percentage (`instance`).
std::array<std::uint32_t, 3> thresholds(const Condition& condition, std::size_t n);

// The N subsets that remain under a condition of the mask's family.
std::vector<Subset> remaining(const Mask& mask, const Condition& condition);

// floor(rate n + 1/2), in integers: how many of n utterances are affected.
std::size_t affected_count(int rate_percent, std::size_t n);

// How many of the 3n modalities are missing at a `missing_rate`: floor(3 rate n + 1/2), at most 2n.
std::size_t missing_count(int rate_percent, std::size_t n);

// What remains in every draw of every drawn condition of a plan, over one split; made once per process and
// shared by all trials. One byte for each condition, draw and utterance. Immutable once constructed: any
// number of threads may read it at once.
class MaskTable {
 public:
  MaskTable(const EvaluationPlan& plan, SplitName split, std::span<const std::string> ids);

  // (N) by utterance: row() of the subset that remains. Precondition: a drawn condition of the plan, one of
  // its draws.
  std::span<const std::uint8_t> rows(const Condition& condition, int draw) const;
  std::size_t size() const { return size_; }  // N

 private:
  std::vector<Condition> conditions_;  // the drawn ones
  int draws_ = 0;
  std::size_t size_ = 0;
  std::vector<std::uint8_t> rows_;  // (conditions, draws, N)
};

}  // namespace missmodal::sweeps
