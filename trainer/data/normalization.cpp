#include <cmath>
#include <cstddef>

#include "trainer/data/dataset.h"

namespace missmodal::trainer {

// Two passes, each a sum in frame order: the mean first, then the squares of the distances from it.
Normalization zscore(const Sequences& train) {
  constexpr double kSmallestStd = 1e-6;
  const auto width = static_cast<std::size_t>(train.width);
  const auto count = static_cast<double>(train.frames.size() / width);
  std::vector<double> mean(width, 0.0);
  std::vector<double> variance(width, 0.0);
  for (std::size_t frame = 0; frame < train.frames.size(); frame += width) {
    for (std::size_t k = 0; k < width; ++k) mean[k] += train.frames[frame + k];
  }
  for (double& value : mean) value /= count;
  for (std::size_t frame = 0; frame < train.frames.size(); frame += width) {
    for (std::size_t k = 0; k < width; ++k) {
      const double distance = train.frames[frame + k] - mean[k];
      variance[k] += distance * distance;
    }
  }
  Normalization normalization;
  for (std::size_t k = 0; k < width; ++k) {
    const double deviation = std::sqrt(variance[k] / count);
    normalization.mean.push_back(static_cast<float>(mean[k]));
    normalization.std.push_back(deviation < kSmallestStd ? 1.0F : static_cast<float>(deviation));
  }
  return normalization;
}

Normalization identity(int width) {
  const auto size = static_cast<std::size_t>(width);
  return {std::vector<float>(size, 0.0F), std::vector<float>(size, 1.0F)};
}

}  // namespace missmodal::trainer
