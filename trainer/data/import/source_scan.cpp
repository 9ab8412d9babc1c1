#include "trainer/data/import/source_scan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>

namespace missmodal::trainer {
namespace {

// Without a branch in its loop, which the compiler therefore vectorises: nearly all numbers are.
bool all_finite(std::span<const float> numbers) {
  constexpr std::int32_t kMagnitude = std::numeric_limits<std::int32_t>::max();  // all bits but the sign
  constexpr auto kLargest = std::bit_cast<std::int32_t>(std::numeric_limits<float>::max());
  std::int32_t others = 0;
  for (const float number : numbers)
    others |= (std::bit_cast<std::int32_t>(number) & kMagnitude) > kLargest ? 1 : 0;
  return others == 0;
}

}  // namespace

std::int64_t zero_not_finite(std::span<float> numbers) {
  if (all_finite(numbers)) return 0;
  std::int64_t count = 0;
  for (float& number : numbers) {
    const bool finite = std::abs(number) <= std::numeric_limits<float>::max();
    count += finite ? 0 : 1;
    number = finite ? number : 0.0F;
  }
  return count;
}

SourceScan scan_source(DatasetSource& source, const std::function<void()>& on_block) {
  struct Task {
    SequenceColumn* column;
    std::vector<NonZero>* non_zero;
    std::int64_t* not_finite;
  };
  SourceScan scan;
  std::vector<Task> tasks;
  for (std::size_t s = 0; s < source.splits.size(); ++s) {
    for (std::size_t m = 0; m < source.splits[s].sequences.size(); ++m) {
      if (auto& column = source.splits[s].sequences[m])
        tasks.push_back({&*column, &scan.splits[s][m], &scan.not_finite[m]});
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const Task& a, const Task& b) { return a.column->offset() < b.column->offset(); });
  for (const Task& task : tasks) {
    const auto width = static_cast<std::size_t>(task.column->width());
    task.column->read(
        [&](std::span<float> row) {
          *task.not_finite += zero_not_finite(row);
          task.non_zero->push_back(find_non_zero(row, width));
        },
        on_block);
  }
  return scan;
}

}  // namespace missmodal::trainer
