#pragma once
// Robust training (Hazarika et al. 2022, "Analyzing Modality Robustness in Multimodal Sentiment Analysis"):
// in training some utterances' encoded modality is zeroed, or multiplied by one number of N(0, 1). Who is met
// is counted, not drawn: a function of seed, step and place in the global batch.

#include <cstdint>

#include "sweeps/configuration.h"
#include "trainer/model/model.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Shares of a global batch, each in [0, 1], together at most 1; both: the paper's hybrid.
struct RobustTraining {
  double missing = 0;
  double noise = 0;
};

// How many of a batch such a share is: rounded down.
std::int64_t utterances_met(std::int64_t utterances, double share);

// (utterances), float32 on the CPU: what each utterance of the global batch is multiplied with. 0 for those
// that miss the modality, a number of N(0, 1) for as many others as noise meets, 1 for the rest.
torch::Tensor robust_factors(const RobustTraining& training, std::uint64_t seed, std::int64_t step,
                             std::int64_t utterances);

// x (b, width) or sequences (layout.rows(), width) times the factor (b) of each row's utterance.
torch::Tensor times_utterance(const torch::Tensor& x, const torch::Tensor& factors);
torch::Tensor times_utterance(const torch::Tensor& x, const RaggedLayout& layout,
                              const torch::Tensor& factors);

// A modality's encoded share of a batch, (b, width), as robust training by this configuration leaves it; x
// itself where it does not concern that modality.
torch::Tensor robustly(const torch::Tensor& x, Modality modality, const sweeps::RobustConfiguration& robust,
                       const Batch& batch, const Context& context);
// The same of sequences, (layout.rows(), width).
torch::Tensor robustly(const RaggedBatch& x, Modality modality, const sweeps::RobustConfiguration& robust,
                       const Batch& batch, const Context& context);

}  // namespace missmodal::trainer
