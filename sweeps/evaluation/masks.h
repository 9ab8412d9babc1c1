#pragma once
// Who is missing what: a pure function of the draw, the family, the split and the utterance's id, so that
// every trial, model, rank and language sees the same missing utterances (docs/evaluation.md).

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "sweeps/condition.h"
#include "sweeps/subset.h"
#include "sweeps/trial_result.h"

namespace missmodal::sweeps {

// One draw of one family over a split of N utterances.
struct Mask {
  std::vector<std::size_t>
      order;                  // (N) utterances, the first to lose something first: masks of rising rate nest
  std::vector<Subset> keeps;  // (N) by utterance: what remains of it where it is affected
};

// d = SHA-256("missmodal-mask-v1|<draw>|<family>|<split>|<id>"); the order is by the first 8 bytes of d
// (big-endian, ties by id), `random` keeps subset number (bytes 8..15 mod 6) of T, A, V, TA, TV, AV.
// Precondition: family is text, audio, vision or random.
Mask draw_mask(int draw, Family family, SplitName split, std::span<const std::string> ids);

// How many of n utterances are affected: floor(rate * n + 1/2), in integers.
std::size_t affected_count(int rate_percent, std::size_t n);

// Every mask that an evaluation plan needs of one split, drawn once per process and shared by its trials.
class MaskTable {
 public:
  MaskTable(const EvaluationPlan& plan, SplitName split, std::span<const std::string> ids);
  const Mask& mask(Family family, int draw) const;
  std::size_t size() const { return size_; }

 private:
  std::map<std::pair<Family, int>, Mask> masks_;
  std::size_t size_;
};

}  // namespace missmodal::sweeps
