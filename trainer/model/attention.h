#pragma once
// Multi-head scaled dot-product attention (Vaswani et al. 2017, "Attention is all you need", equation 1 and
// section 3.2.2) over ragged sequences.

#include "trainer/model/dropout.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct AttentionInput {
  torch::Tensor query;  // (layout.count(rows), width)
  torch::Tensor key;    // (layout.rows(), width)
  torch::Tensor value;  // (layout.rows(), width)
};

struct AttentionOptions {
  int heads = 1;  // divides width
  Rows rows = Rows::all;
  DropoutLayer dropout_layer;  // of the probabilities
  double dropout = 0;
};

// softmax(Q K' / sqrt(width / heads)) V, each sequence by itself -> (layout.count(rows), width). Takes the
// second of the two below where takes_own_loops() says so.
torch::Tensor attend(const AttentionInput& input, const RaggedLayout& layout, const AttentionOptions& options,
                     const DropoutStream& dropout);

// Through padding and batched matrix products, as a GPU wants it: any device, any floating type.
torch::Tensor attend_padded(const AttentionInput& input, const RaggedLayout& layout,
                            const AttentionOptions& options, const DropoutStream& dropout);

// Sequence by sequence, head by head, without padding. Precondition: float32 on the CPU.
torch::Tensor attend_ragged(const AttentionInput& input, const RaggedLayout& layout,
                            const AttentionOptions& options, const DropoutStream& dropout);

}  // namespace missmodal::trainer
