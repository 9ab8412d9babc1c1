#include "trainer/model/baselines/frames.h"

#include <cstddef>
#include <vector>

namespace missmodal::trainer {

torch::Tensor mean_frame(const RaggedBatch& frames) {
  const torch::Tensor& rows = frames.rows;
  if (frames.layout.batch() == 0) return torch::zeros({0, rows.size(1)}, rows.options());
  const torch::Tensor count = frames.layout.padding().logical_not().sum(1, /*keepdim=*/true);
  return frames.layout.pad(rows).sum(1) / count.to(rows.scalar_type());
}

torch::Tensor first_frames(const RaggedBatch& frames, std::int64_t steps) {
  const torch::Tensor& rows = frames.rows;
  const RaggedLayout& layout = frames.layout;
  if (layout.batch() == 0) return torch::zeros({0, steps, rows.size(1)}, rows.options());
  const torch::Tensor padded = layout.pad(rows);
  if (layout.longest() >= steps) return padded.slice(1, 0, steps);
  return torch::constant_pad_nd(padded, {0, 0, 0, steps - layout.longest()});
}

RaggedLayout rectangle(const torch::Tensor& steps) {
  return {std::vector<std::int64_t>(static_cast<std::size_t>(steps.size(0)), steps.size(1)), steps.device()};
}

}  // namespace missmodal::trainer
