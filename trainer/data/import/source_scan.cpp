#include "trainer/data/import/source_scan.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace missmodal::trainer {

std::int64_t zero_not_finite(std::span<float> numbers) {
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
