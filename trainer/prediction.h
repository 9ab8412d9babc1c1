#pragma once
// A model's predictions over a whole split, in one encoder pass.

#include <vector>

#include "trainer/batch.h"
#include "trainer/data/dataset.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

// (7, N) row-major in Subset order: what evaluation.h looks up in. Puts the model into evaluation mode.
std::vector<float> predict_subsets(Model& model, const Split& split, const BatchMaker& batches,
                                   int batch_size);

// (N): complete modalities only.
std::vector<float> predict_complete(Model& model, const Split& split, const BatchMaker& batches,
                                    int batch_size);

}  // namespace missmodal::trainer
