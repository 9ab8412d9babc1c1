#pragma once
// Splits of CMU-MOSI's size and what a trained cell of it weighs; the numbers mean nothing.

#include <cstdint>

#include "results/store.h"
#include "sweeps/trial_result.h"

namespace missmodal::bench {

inline constexpr int kValid = 229;
inline constexpr int kTest = 686;

// In -3..3, in no order that matters, the same each time.
class Numbers {
 public:
  float next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    return static_cast<float>(state_ >> 40) / static_cast<float>(1 << 24) * 6 - 3;
  }

 private:
  std::uint64_t state_ = 1;
};

results::SplitRecord split(sweeps::SplitName name, int size, Numbers& numbers);

// Finished: the predictions of valid and test, and 310 rows of metrics, the paper's conditions.
sweeps::TrialResult trained(Numbers& numbers);

}  // namespace missmodal::bench
