#include "results/remaining.h"

#include <algorithm>
#include <cmath>

namespace missmodal::results {
namespace {

struct Duration {
  double mean = 0;
  double variance = 0;
};

// Of a single cell nothing is known of the spread: as wide as it is long.
Duration duration(const StagePace& pace) {
  const double mean = pace.seconds / pace.ended;
  if (pace.ended < 2) return {mean, mean * mean};
  return {mean, std::max(0.0, (pace.squares - pace.ended * mean * mean) / (pace.ended - 1))};
}

}  // namespace

std::optional<Remaining> remaining(std::span<const StagePace> stages, int side_by_side) {
  StagePace all;
  for (const StagePace& stage : stages) {
    all.ended += stage.ended;
    all.seconds += stage.seconds;
    all.squares += stage.squares;
  }
  if (all.ended == 0 || side_by_side < 1) return std::nullopt;
  double work = 0;
  double variance = 0;
  double longest = 0;  // no cell is shared out: the last takes its time
  for (const StagePace& stage : stages) {
    if (stage.left <= 0) continue;
    const StagePace& like = stage.ended > 0 ? stage : all;
    const Duration one = duration(like);
    work += stage.left * one.mean;
    variance += stage.left * one.variance + stage.left * stage.left * one.variance / like.ended;
    longest = std::max(longest, one.mean * std::min(1.0, stage.left));
  }
  const double seconds = std::max(work / side_by_side, longest);
  const double spread = 2 * std::sqrt(variance) / side_by_side;
  return Remaining{seconds, std::max(0.0, seconds - spread), seconds + spread};
}

}  // namespace missmodal::results
