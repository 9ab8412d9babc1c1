#pragma once
// MulT (Tsai et al. 2019, "Multimodal Transformer for Unaligned Multimodal Language Sequences"): convolved to
// one width, each modality looks at the two others; what it saw goes through a Transformer of its own, whose
// last step is read.

#include <array>
#include <cstdint>
#include <memory>

#include "trainer/model/baselines/cross_modal_transformer.h"
#include "trainer/model/dropout.h"
#include "trainer/model/model.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct MultSizes {
  std::array<std::int64_t, 3> features{};  // by Modality
  std::array<std::int64_t, 3> kernels{1, 1, 1};
  std::int64_t width = 0;
  int heads = 1;
  int levels = 1;                             // of the encoders across; the others have at least 3
  std::array<double, 3> attention_dropout{};  // by the modality looked at; text's is the memories'
  double text_dropout = 0;                    // of the word vectors
  double embedding_dropout = 0;
  double relu_dropout = 0;
  double residual_dropout = 0;
  double out_dropout = 0;
};

struct MultOutput {
  std::array<RaggedBatch, 3> convolved;                // by Modality, (rows, width)
  std::array<std::array<torch::Tensor, 2>, 3> across;  // of each the two others in order, (rows, width)
  std::array<torch::Tensor, 3> memories;               // (rows, 2 * width)
  torch::Tensor last;                                  // (b, 6 * width)
  torch::Tensor predictions;                           // (b)
};

// The toolkit's names; every modality is convolved, also one that already is as wide as the model. Dropout:
// owner the modality, layers 0 and 64 its encoders across, 128 its memory's, 192 the word vectors'; owner
// fusion, layer 0 the head's.
class Mult : public ParameterModule {
 public:
  explicit Mult(const MultSizes& sizes);
  // Utterances are read step by step of their own; one shorter than the kernel goes on with zeros.
  MultOutput forward(const std::array<RaggedBatch, 3>& sequences, const DropoutStream& dropout) const;

 private:
  RaggedBatch convolve(std::size_t modality, const RaggedBatch& frames) const;

  MultSizes sizes_;
  std::array<torch::Tensor, 3> convolutions_;  // (width, features, kernel)
  std::array<std::array<std::shared_ptr<CrossModalTransformer>, 2>, 3> across_;
  std::array<std::shared_ptr<CrossModalTransformer>, 3> memories_;
  std::array<LinearParameters, 2> residual_;
  LinearParameters out_;
};

}  // namespace missmodal::trainer
