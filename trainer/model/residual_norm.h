#pragma once
// The two places of a Transformer layer where dropout (Srivastava et al. 2014) meets something else; on the
// CPU each is one pass over memory.

#include "trainer/model/dropout.h"
#include "trainer/model/linear_parameters.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// The dropout of one place: which rows, which layer, how much.
struct DropoutSite {
  const DropoutStream& stream;
  const RaggedLayout& layout;
  Rows rows = Rows::all;
  DropoutLayer layer;
  double probability = 0;
};

// LayerNorm(residual + dropout(x)), all (rows, width): the post-LayerNorm of Vaswani et al. 2017,
// section 3.1. LayerNorm is Ba, Kiros & Hinton 2016, equation 3, as torch.nn.LayerNorm computes it: with the
// mean and the variance (over width, not width - 1) of each row, weight (x - mean) / sqrt(variance + epsilon)
// + bias.
torch::Tensor residual_norm(const torch::Tensor& residual, const torch::Tensor& x, const DropoutSite& site,
                            const LinearParameters& norm, double epsilon);

// dropout(max(x, 0))
torch::Tensor relu_dropout(const torch::Tensor& x, const DropoutSite& site);

}  // namespace missmodal::trainer
