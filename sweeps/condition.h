#pragma once
// Which missing-modality conditions are evaluated: evaluation.md's families, as data.

#include <string>
#include <string_view>
#include <vector>

#include "sweeps/subset.h"

namespace missmodal::sweeps {

enum class Family { complete, subset, text, audio, vision, random };
std::string_view name(Family family);

struct Condition {
  Family family = Family::complete;
  Subset subset = Subset::TAV;  // what everyone keeps; meaningful for `complete` (TAV) and `subset`, else TAV
  int rate_percent = 0;         // share of utterances that lose something; 0 for `complete` and `subset`
  bool drawn() const { return family != Family::complete && family != Family::subset; }
  bool operator==(const Condition&) const = default;
};

// `paper`: complete, the six incomplete subsets, text/audio/vision at 10..90 %, random at 10..100 %: 44 conditions.
std::vector<Condition> paper_conditions();

struct EvaluationPlan {
  std::vector<Condition> conditions = paper_conditions();
  int draws = 20;
};

}  // namespace missmodal::sweeps
