#pragma once
// Modalities whose frames belong together, as models want them that read all three at every step.

#include <array>

#include "trainer/model/model.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Row r of each modality is the same moment of the same utterance.
struct AlignedRows {
  std::array<torch::Tensor, 3> rows;  // by Modality, each (layout.rows(), its width)
  RaggedLayout layout;
};

// An utterance has as many steps as its longest modality has; a modality that ends before has zeros there.
AlignedRows align(const Batch& batch);

// The frames under another layout of the same utterances: cut off where that is shorter, zeros where it is
// longer.
torch::Tensor rows_under(const RaggedLayout& layout, const RaggedBatch& frames);

// Of every row the one of the step before, zeros at the first step.
torch::Tensor rows_before(const torch::Tensor& rows, const RaggedLayout& layout);

}  // namespace missmodal::trainer
