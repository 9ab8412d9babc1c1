#pragma once
// Which missing-modality conditions are evaluated: evaluation.md's families, as data.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/subset.h"

namespace missmodal::sweeps {

enum class Family { complete, subset, text, audio, vision, random, missing_rate, instance, imbalanced };
std::string_view name(Family family);
std::optional<Family> parse_family(std::string_view text);

struct Condition {
  Family family = Family::complete;
  Subset subset = Subset::TAV;  // what everyone keeps; meaningful for `complete` (TAV) and `subset`, else TAV
  // What the family's rate is a share of: utterances that lose something; of all 3N modalities those that are
  // missing (`missing_rate`); the chance of each utterance (`instance`). 0 for `complete`, `subset` and
  // `imbalanced`.
  int rate_percent = 0;
  std::array<int, 3> rates{};  // of `imbalanced`: percent of text, audio, vision that is missing; else zeros
  bool drawn() const { return family != Family::complete && family != Family::subset; }
  bool operator==(const Condition&) const = default;
};

// One word for each condition, and back: `complete`, `subset/T`, `text/50` (percent, 1..100),
// `missing_rate/70` (1..70), `imbalanced/10-50-90` (0..100 each).
std::string text(const Condition& condition);
std::optional<Condition> parse_condition(std::string_view text);

// The `rates` of a condition as the store's key column has them: "10-50-90" of `imbalanced`, else "".
std::string rates_text(const Condition& condition);

// The rates at which the paper shows a drawn family: 10..90, `random` up to 100.
std::vector<int> paper_rates(Family family);

// `paper`: complete, the six incomplete subsets, text/audio/vision at 10..90 %, random at 10..100 %: 44
// conditions.
std::vector<Condition> paper_conditions();

struct EvaluationPlan {
  std::vector<Condition> conditions = paper_conditions();
  int draws = 20;
};

}  // namespace missmodal::sweeps
