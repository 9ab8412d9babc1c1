#pragma once
// How long a sweep still takes, from what similar cells took: those of the same stage, or of any where none
// of it has ended yet.

#include <optional>
#include <span>

namespace missmodal::results {

// One stage. A cell that several stages share belongs to the first.
struct StagePace {
  double left = 0;     // cells without a result; one that runs is half done
  int ended = 0;       // accepted cells, and what they took to train and evaluate:
  double seconds = 0;  // sum
  double squares = 0;  // sum of squares
};

struct Remaining {
  double seconds = 0;
  double low = 0;  // with the spread of those cells, two standard deviations to either side
  double high = 0;
};

// `side_by_side`: trials that run at once. Nothing where none does, or where no cell has ended.
std::optional<Remaining> remaining(std::span<const StagePace> stages, int side_by_side);

}  // namespace missmodal::results
