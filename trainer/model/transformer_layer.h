#pragma once
// One post-LayerNorm Transformer layer (Vaswani et al. 2017) over ragged rows; the same arithmetic serves
// BERT and the sequence encoders, which only name their parameters differently.

#include <cstdint>
#include <vector>

#include "trainer/model/dropout.h"
#include "trainer/model/linear_parameters.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

enum class Activation { relu, gelu };  // gelu: the exact one, with erf

struct TransformerOptions {
  int heads = 1;
  Activation activation = Activation::relu;
  double norm_epsilon = 1e-5;
  double attention_dropout = 0;   // of the attention probabilities
  double activation_dropout = 0;  // between the feed-forward's two linear layers
  double hidden_dropout = 0;      // before each addition to the residual
  std::uint32_t owner = 0;        // DropoutLayer::owner
  std::uint32_t layer = 0;        // DropoutLayer::layer
};

struct TransformerParameters {
  std::vector<LinearParameters> in;  // query, key, value; or one with the three stacked
  LinearParameters out;
  LinearParameters norm1;
  LinearParameters linear1;
  LinearParameters linear2;
  LinearParameters norm2;
};

// x (layout.rows(), width) -> (layout.count(rows), width).
torch::Tensor transformer_layer(const torch::Tensor& x, const RaggedLayout& layout, Rows rows,
                                const TransformerParameters& parameters, const TransformerOptions& options,
                                const DropoutStream& dropout);

}  // namespace missmodal::trainer
