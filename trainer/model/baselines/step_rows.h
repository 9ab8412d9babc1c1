#pragma once
// Rows in time-major order, step by step.

#include <cstdint>
#include <vector>

#include "trainer/model/time_major.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// The rows (time.running(step), width) of every step. Cut at once, so that the way back is one concatenation:
// that of a narrow() a step fills a tensor of all rows with zeros at each.
inline std::vector<torch::Tensor> step_rows(const torch::Tensor& rows, const TimeMajor& time) {
  std::vector<std::int64_t> counts;
  for (std::int64_t step = 0; step < time.steps(); ++step) counts.push_back(time.running(step));
  return rows.split_with_sizes(counts, 0);
}

}  // namespace missmodal::trainer
