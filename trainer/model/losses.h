#pragma once
// MissModal's four losses (the paper, section 3.3; docs/model.md has the formulas), as the share of one
// member of a group: the sum over members is the loss of the global batch, and so are the gradients' sums.
// Every function yields a scalar that gradients flow through into all its inputs.

#include <cstdint>

#include "sweeps/configuration.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// L_task of the full fusion's predictions (b), L_sem of the stacked ones (S, b): the sum of |prediction -
// label| over the own utterances by the count of the global ones, `utterances`.
torch::Tensor prediction_loss(const torch::Tensor& predictions, const torch::Tensor& labels,
                              std::int64_t utterances);

// x / |x| along the last dimension.
torch::Tensor unit_rows(const torch::Tensor& x);

// The contrastive loss on the cosine similarities of the *whole* global batch: `full` (B, d) and `partial`
// (S, B, d) are the unit rows of F_M and of the incomplete F_S. 0 for B = 1.
torch::Tensor geometric_loss(const torch::Tensor& full, const torch::Tensor& partial, double temperature,
                             sweeps::GeoForm form);

// The distance of raw features F_M (b, d) and F_S (S, b, d), summed over the own utterances: mean_sq |.|^2 /
// d, sq |.|^2, l2 |.|; by the count of the global ones.
torch::Tensor distance_loss(const torch::Tensor& full, const torch::Tensor& partial, std::int64_t utterances,
                            sweeps::DisForm form);

}  // namespace missmodal::trainer
