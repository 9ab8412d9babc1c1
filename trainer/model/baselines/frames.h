#pragma once
// A modality's frames as the baselines read them: their mean, or a rectangle of so many steps.

#include <cstdint>

#include "trainer/model/model.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// (b, width): the mean over each utterance's own frames.
torch::Tensor mean_frame(const RaggedBatch& frames);

// (b, steps, width): the first `steps` frames of each utterance, zeros behind the last.
torch::Tensor first_frames(const RaggedBatch& frames, std::int64_t steps);

// The layout of (b, steps, width) whose steps are all rows, as flatten(0, 1) lays them.
RaggedLayout rectangle(const torch::Tensor& steps);

}  // namespace missmodal::trainer
