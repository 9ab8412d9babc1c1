#pragma once
// A model's predictions over a whole split, in one encoder pass.

#include <functional>
#include <optional>
#include <vector>

#include "trainer/batch.h"
#include "trainer/data/dataset.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

struct PassOptions {
  int batch_size = 64;  // no prediction depends on it
  // Asked before every batch; true ends the pass without a result.
  std::function<bool()> interrupted = [] { return false; };
};

// (7, N) row-major in Subset order: what evaluation.h looks up in. Nothing if interrupted. Puts the model
// into evaluation mode.
std::optional<std::vector<float>> predict_subsets(Model& model, const Split& split, const Collator& collator,
                                                  const PassOptions& options = {});

// (N): complete modalities only; the same otherwise.
std::optional<std::vector<float>> predict_complete(Model& model, const Split& split, const Collator& collator,
                                                   const PassOptions& options = {});

}  // namespace missmodal::trainer
