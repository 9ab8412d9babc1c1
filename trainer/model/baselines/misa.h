#pragma once
// MISA (Hazarika et al. 2020, "MISA: Modality-Invariant and -Specific Representations for Multimodal
// Sentiment Analysis"): each modality's vector is split into a shared and a private one; the six are tokens
// of a Transformer layer.

#include <array>
#include <cstdint>
#include <memory>

#include "trainer/model/baselines/bi_lstm.h"
#include "trainer/model/dropout.h"
#include "trainer/model/model.h"
#include "trainer/model/parameter_module.h"
#include "trainer/model/transformer_layer.h"
#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct MisaSizes {
  std::array<std::int64_t, 3> features{};  // by Modality; text: of its utterance vector
  std::int64_t hidden = 128;               // even
  std::int64_t feed_forward = 2048;
  double dropout = 0;              // in the head
  double transformer_dropout = 0;  // in the Transformer layer
};

struct MisaOutput {
  std::array<torch::Tensor, 3> utterances;   // by Modality: text's vector; (b, 4 * features) of the others
  std::array<torch::Tensor, 3> projections;  // (b, hidden), as are the next three
  std::array<torch::Tensor, 3> privates;
  std::array<torch::Tensor, 3> shared;
  std::array<torch::Tensor, 3> reconstructions;  // of the projections
  torch::Tensor tokens;       // (b, 6, hidden): private text, vision, audio, shared text, vision, audio
  torch::Tensor fused;        // (b, 6 * hidden): the tokens behind the Transformer layer
  torch::Tensor predictions;  // (b)
};

// The toolkit's names. Dropout: owner fusion, layer 0 the Transformer's, 1 the head's.
class Misa : public ParameterModule {
 public:
  explicit Misa(const MisaSizes& sizes);
  // (b, 4 * features): where an audio or vision sequence ends, of two BiLSTMs with a LayerNorm between: the
  // forward states of the first and second, the backward ones of the first and second.
  torch::Tensor utterance(Modality modality, const RaggedBatch& frames) const;
  MisaOutput forward(const std::array<torch::Tensor, 3>& utterances, const DropoutStream& dropout);

 private:
  struct Recurrence {
    std::shared_ptr<BiLstm> first;
    LinearParameters norm;
    std::shared_ptr<BiLstm> second;
  };
  struct Split {
    LinearParameters projection;
    LinearParameters norm;
    LinearParameters own;
    LinearParameters reconstruction;
  };
  // The tokens behind the Transformer layer.
  torch::Tensor mixed(const torch::Tensor& tokens, const DropoutStream& dropout) const;

  MisaSizes sizes_;
  std::array<Recurrence, 3> recurrences_;  // audio's and vision's
  std::array<Split, 3> splits_;
  LinearParameters common_;
  TransformerParameters transformer_;
  std::array<LinearParameters, 2> head_;
};

struct MisaWeights {
  double difference = 0.1;
  double similarity = 0.3;
  double reconstruction = 1;
};

// task: the mean *squared* error; diff, cmd: of the whole global batch; recon. Collective.
Losses misa_losses(const MisaOutput& output, const Batch& batch, const MisaWeights& weights,
                   const Group& group);

// How far two sets of rows (B, d) are from orthogonal: the mean square of A'B's entries, A and B being the
// rows centred over the batch, each divided by its norm + 1e-6; the norms are numbers to the gradient.
torch::Tensor soft_orthogonality(const torch::Tensor& one, const torch::Tensor& other);

// Central moment discrepancy (Zellinger et al. 2017) of rows (B, d): |mean(x) - mean(y)| + the sum over k = 2
// .. 5 of |c_k(x) - c_k(y)|, c_k the k-th central moments. Its gradient is 0 where a difference is.
torch::Tensor central_moment_discrepancy(const torch::Tensor& one, const torch::Tensor& other);

}  // namespace missmodal::trainer
