#pragma once
// Self-MM (Yu et al. 2021, "Learning Modality-Specific Representations with Self-Supervised Multi-Task
// Learning for Multimodal Sentiment Analysis"): four heads, of the fused modalities and of each; the labels
// of the three are made while training (self_mm_tables.h).

#include <array>
#include <cstdint>
#include <memory>

#include "trainer/model/dropout.h"
#include "trainer/model/lstm.h"
#include "trainer/model/model.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Its tasks: the first three by Modality, the last the fused one.
inline constexpr std::size_t kSelfMmTasks = 4;
inline constexpr std::size_t kSelfMmFused = 3;

struct SelfMmSizes {
  std::array<std::int64_t, 3> features{};  // by Modality; text: of its utterance vector
  std::array<std::int64_t, 3> hidden{};    // of the LSTMs; text has none
  std::array<std::int64_t, 3> vectors{};   // what audio's and vision's Linear yields; text's is its features
  std::array<double, 3> dropout{};         // between LSTM and Linear
  std::array<std::int64_t, kSelfMmTasks> head{};
  std::array<double, kSelfMmTasks> head_dropout{};
};

struct SelfMmOutput {
  std::array<torch::Tensor, kSelfMmTasks> features;     // (b, head[i]), what the centres are means of
  std::array<torch::Tensor, kSelfMmTasks> predictions;  // (b)
};

// The toolkit's names. Dropout: owner the modality or fusion, layer 0 behind the LSTM, 1 before the head.
class SelfMm : public ParameterModule {
 public:
  explicit SelfMm(const SelfMmSizes& sizes);
  // (b, vectors): of audio or vision.
  torch::Tensor encode(Modality modality, const RaggedBatch& frames, const DropoutStream& dropout) const;
  // Of one vector a modality.
  SelfMmOutput forward(const std::array<torch::Tensor, 3>& vectors, const DropoutStream& dropout) const;

 private:
  SelfMmSizes sizes_;
  std::array<std::shared_ptr<Lstm>, 3> lstms_;
  std::array<LinearParameters, 3> projections_;
  std::array<std::array<LinearParameters, 3>, kSelfMmTasks> heads_;
};

}  // namespace missmodal::trainer
