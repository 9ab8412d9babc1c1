#pragma once
// MMIM (Han et al. 2021, "Improving Multimodal Fusion with Hierarchical Mutual Information Maximization for
// Multimodal Sentiment Analysis"): a lower bound of the information between text and each other modality, and
// a contrastive one between the fused vector and each modality.

#include <array>
#include <cstdint>
#include <memory>

#include "trainer/model/baselines/bi_lstm.h"
#include "trainer/model/baselines/mmim_memory.h"
#include "trainer/model/dropout.h"
#include "trainer/model/model.h"
#include "trainer/model/parameter_module.h"
#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct MmimSizes {
  std::array<std::int64_t, 3> features{};  // by Modality; text: of its utterance vector
  std::array<std::int64_t, 3> hidden{};    // of the BiLSTMs, one direction; text has none
  std::array<std::int64_t, 3> vectors{};   // what audio's and vision's Linear yields; text's is its features
  std::int64_t fused = 128;
  double fusion_dropout = 0;
};

// Of text with audio or vision.
struct MmimPair {
  torch::Tensor mean;          // (b, vectors) of the other modality's vector, guessed from text's
  torch::Tensor log_variance;  // (b, vectors)
};

struct MmimOutput {
  std::array<torch::Tensor, 3> vectors;  // by Modality, (b, vectors)
  std::array<MmimPair, 3> pairs;         // audio's and vision's
  std::array<torch::Tensor, 3> reduced;  // audio's and vision's projection for the entropy, (b, vectors / 4)
  std::array<torch::Tensor, 3> guessed;  // each modality's vector guessed from the fused one
  torch::Tensor fused;                   // (b, fused)
  torch::Tensor predictions;             // (b)
};

// The toolkit's names. Dropout: owner fusion, layer 0 before its first layer.
class Mmim : public ParameterModule {
 public:
  explicit Mmim(const MmimSizes& sizes);
  // (b, vectors): of audio or vision.
  torch::Tensor encode(Modality modality, const RaggedBatch& frames) const;
  // Of one vector a modality.
  MmimOutput forward(const std::array<torch::Tensor, 3>& vectors, const DropoutStream& dropout) const;
  // Whether the parameter, by its name here, is stepped in the first stage: the networks of the pairs.
  static bool is_estimator(const std::string& parameter);

 private:
  struct Pair {
    std::array<LinearParameters, 2> mean;
    std::array<LinearParameters, 2> log_variance;
    LinearParameters reduction;
  };
  MmimSizes sizes_;
  std::array<std::shared_ptr<BiLstm>, 3> lstms_;
  std::array<LinearParameters, 3> projections_;
  std::array<Pair, 3> pairs_;
  std::array<LinearParameters, 3> guesses_;
  std::array<LinearParameters, 3> fusion_;
};

struct MmimWeights {
  double contrast = 0.1;  // alpha
  double bound = 0.1;     // beta: of likelihood and entropy
};

// Of the first stage: lld, the mean log-likelihood of both pairs without its log-determinant, negated.
Losses mmim_estimator_losses(const MmimOutput& output, const Batch& batch, const Group& group);

// Of the second: task + contrast * nce - bound * (lld + entropy); nce and entropy are of the whole global
// batch, which then takes the place of the one in `memory`. The first batches of a pass have none to look at,
// and an entropy of 0. Collective.
enum class Entropy { none, with_memory };
Losses mmim_losses(const MmimOutput& output, const Batch& batch, MmimMemory& memory, Entropy entropy,
                   const MmimWeights& weights, const Group& group);

// mean over i of logsumexp_j x_i.g_j - x_i.g_i of unit rows x, g (B, d): van den Oord et al. 2018 without a
// temperature.
torch::Tensor contrast(const torch::Tensor& vectors, const torch::Tensor& guessed);

}  // namespace missmodal::trainer
