#include "sweeps/selection.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace missmodal::sweeps {
namespace {

struct PointScore {
  int first_index = 0;
  double sum = 0;
  int trials = 0;
  bool qualifies = true;
};

}  // namespace

std::optional<Winner> select_winner(const std::vector<ScoredTrial>& trials, bool minimize) {
  // Sums run in plan order, so that the last bit does not depend on the order of arrival.
  std::vector<ScoredTrial> ordered = trials;
  std::sort(ordered.begin(), ordered.end(),
            [](const ScoredTrial& a, const ScoredTrial& b) { return a.plan_index < b.plan_index; });
  std::map<std::string, PointScore> points;
  for (const ScoredTrial& trial : ordered) {
    PointScore& point = points.try_emplace(trial.point, PointScore{trial.plan_index}).first->second;
    point.sum += trial.value;
    ++point.trials;
    if (trial.state != ScoredTrial::State::accepted || std::isnan(trial.value)) point.qualifies = false;
  }
  std::optional<Winner> winner;
  int winner_index = 0;
  for (const auto& [name, point] : points) {
    if (!point.qualifies) continue;
    const double mean = point.sum / point.trials;
    const bool better = !winner || (minimize ? mean < winner->value : mean > winner->value);
    const bool tie = winner && mean == winner->value && point.first_index < winner_index;
    if (!better && !tie) continue;
    winner = Winner{name, mean};
    winner_index = point.first_index;
  }
  return winner;
}

}  // namespace missmodal::sweeps
