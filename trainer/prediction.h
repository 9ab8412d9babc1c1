#pragma once
// A model's predictions over a whole split, in one encoder pass.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "trainer/batch.h"
#include "trainer/data/dataset.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

struct PassOptions {
  int batch_size = 64;  // no prediction depends on it
  // Asked before every batch of this member; true ends the pass without a result, on all members.
  std::function<bool()> interrupted = [] { return false; };
  // Alone, unless given: who share the batches out, whole ones, the k-th to member k mod size. So a result
  // has the same bits however many they are.
  Group group{};
  sweeps::Precision precision = sweeps::Precision::fp32;
};

// (7, N) row-major in Subset order: what evaluation.h looks up in; on every member. Nothing if interrupted.
// Puts the model into evaluation mode. Collective.
std::optional<std::vector<float>> predict_subsets(Model& model, const Split& split, const Collator& collator,
                                                  const PassOptions& options = {});

// (N): complete modalities only; the same otherwise.
std::optional<std::vector<float>> predict_complete(Model& model, const Split& split, const Collator& collator,
                                                   const PassOptions& options = {});

// (7, n, d) row-major: the representations of the split's `utterances`, in that order; the same otherwise.
// Preconditions: the model has representations, no utterance is named twice.
std::optional<std::vector<float>> represent_subsets(Model& model, const Split& split,
                                                    std::span<const std::size_t> utterances,
                                                    const Collator& collator,
                                                    const PassOptions& options = {});

}  // namespace missmodal::trainer
