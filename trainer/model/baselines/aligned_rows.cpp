#include "trainer/model/baselines/aligned_rows.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace missmodal::trainer {

AlignedRows align(const Batch& batch) {
  RaggedLayout layout = batch.of(Modality::text).layout;
  std::vector<std::int64_t> lengths = layout.lengths();
  for (const RaggedBatch& sequence : batch.sequences) {
    for (std::size_t i = 0; i < lengths.size(); ++i)
      lengths[i] = std::max(lengths[i], sequence.layout.lengths()[i]);
  }
  if (lengths != layout.lengths()) layout = RaggedLayout(lengths, batch.labels.device());
  AlignedRows aligned{{}, layout};
  for (std::size_t i = 0; i < 3; ++i) aligned.rows[i] = rows_under(layout, batch.sequences[i]);
  return aligned;
}

torch::Tensor rows_under(const RaggedLayout& layout, const RaggedBatch& frames) {
  if (frames.layout.lengths() == layout.lengths()) return frames.rows;
  const torch::Tensor padded = frames.layout.pad(frames.rows);
  const std::int64_t missing = layout.longest() - padded.size(1);
  return layout.unpad(missing > 0 ? torch::constant_pad_nd(padded, {0, 0, 0, missing})
                                  : padded.narrow(1, 0, layout.longest()));
}

torch::Tensor rows_before(const torch::Tensor& rows, const RaggedLayout& layout) {
  if (rows.size(0) == 0) return rows;
  const torch::Tensor shifted =
      torch::cat({torch::zeros({1, rows.size(1)}, rows.options()), rows.slice(0, 0, -1)});
  return shifted * layout.steps().gt(0).unsqueeze(1);
}

}  // namespace missmodal::trainer
