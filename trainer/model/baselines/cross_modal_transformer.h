#pragma once
// The Transformer encoder of MulT (Tsai et al. 2019, "Multimodal Transformer for Unaligned Multimodal
// Language Sequences", section 3.2): queries of one modality look at keys and values of another, or of their
// own; pre-LayerNorm. No positions, and each utterance only sees its own steps.

#include <cstdint>
#include <vector>

#include "trainer/model/dropout.h"
#include "trainer/model/model.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct CrossModalOptions {
  std::int64_t width = 0;
  int heads = 1;  // divides width
  int layers = 1;
  double attention_dropout = 0;
  double relu_dropout = 0;
  double residual_dropout = 0;
  double embedding_dropout = 0;
  // Of its dropout: a layer has one number from `first_layer` on, the embeddings the one behind the last.
  std::uint32_t owner = 0;
  std::uint32_t first_layer = 0;
};

// Parameters: layers.K.self_attn.in_proj_weight, ..., layers.K.fc1.*, fc2.*, layer_norms.0.*, .1.*,
// layer_norm.*.
class CrossModalTransformer : public ParameterModule {
 public:
  explicit CrossModalTransformer(const CrossModalOptions& options);
  // queries (rows, width) -> (rows, width). Query step q of an utterance sees key steps up to q + |Tq - Tk|.
  torch::Tensor forward(const RaggedBatch& queries, const RaggedBatch& keys,
                        const DropoutStream& dropout) const;
  // Of the queries themselves.
  torch::Tensor forward(const RaggedBatch& queries, const DropoutStream& dropout) const;

 private:
  struct Layer {
    torch::Tensor in_weight;  // queries', keys', values'
    torch::Tensor in_bias;
    LinearParameters out;
    LinearParameters attention_norm;
    LinearParameters fc1;
    LinearParameters fc2;
    LinearParameters feed_forward_norm;
  };
  torch::Tensor run(const torch::Tensor& queries, const RaggedLayout& layout, const torch::Tensor* keys,
                    const RaggedLayout& key_layout, const DropoutStream& dropout) const;
  torch::Tensor attend(const torch::Tensor& queries, const RaggedLayout& layout, const torch::Tensor& keys,
                       const RaggedLayout& key_layout, const torch::Tensor& unseen, std::uint32_t number,
                       const DropoutStream& dropout) const;

  CrossModalOptions options_;
  std::vector<Layer> layers_;
  LinearParameters norm_;
};

}  // namespace missmodal::trainer
