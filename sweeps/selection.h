#pragma once
// Which point of a search wins.

#include <optional>
#include <string>
#include <vector>

namespace missmodal::sweeps {

// A trial of a search as selection sees it.
struct ScoredTrial {
  int plan_index = 0;
  std::string point;  // canonical JSON
  enum class State { accepted, diverged, parked } state = State::accepted;
  double value = 0;  // of the selection's metric on the validation split; NaN cannot win
};

struct Winner {
  std::string point;
  double value = 0;  // the mean over the point's trials
};

// The point with the best mean; a point with a diverged or parked trial cannot win; ties: the lower plan
// index, a point's index being its first trial's. Nothing if no point qualifies. The order of `trials` does
// not matter.
std::optional<Winner> select_winner(const std::vector<ScoredTrial>& trials, bool minimize);

}  // namespace missmodal::sweeps
