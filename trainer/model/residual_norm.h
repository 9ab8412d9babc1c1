#pragma once
// The two places of a Transformer layer where dropout meets something else; on the CPU each is one pass over
// memory.

#include <torch/torch.h>

#include "trainer/model/dropout.h"
#include "trainer/model/linear_parameters.h"
#include "trainer/model/ragged.h"

namespace missmodal::trainer {

// The dropout of one place: which rows, which layer, how much.
struct DropoutSite {
  const DropoutStream& stream;
  const RaggedLayout& layout;
  Rows rows = Rows::all;
  DropoutLayer layer;
  double probability = 0;
};

// LayerNorm(residual + dropout(x)), all (rows, width).
torch::Tensor residual_norm(const torch::Tensor& residual, const torch::Tensor& x, const DropoutSite& site,
                            const LinearParameters& norm, double epsilon);

// dropout(max(x, 0))
torch::Tensor relu_dropout(const torch::Tensor& x, const DropoutSite& site);

}  // namespace missmodal::trainer
