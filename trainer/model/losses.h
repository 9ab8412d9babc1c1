#pragma once
// MissModal's four losses (the paper, section 3.3; docs/model.md has the formulas). `full` is F_M (B, d),
// `partial` the stacked F_S of the S incomplete subsets (S, B, d); predictions and labels are (B) and (S, B).
// Every function yields a scalar that gradients flow through into all its inputs, the mean over subsets and
// utterances.

#include <torch/torch.h>

#include "sweeps/configuration.h"

namespace missmodal::trainer {

// L_task of the full fusion's predictions, L_sem of the stacked ones: mean |prediction - label|.
torch::Tensor prediction_loss(const torch::Tensor& predictions, const torch::Tensor& labels);

// The contrastive loss on cosine similarities; 0 for B = 1.
torch::Tensor geometric_loss(const torch::Tensor& full, const torch::Tensor& partial, double temperature,
                             sweeps::GeoForm form);

// The distance of raw features: mean_sq |.|^2 / d, sq |.|^2, l2 |.|.
torch::Tensor distance_loss(const torch::Tensor& full, const torch::Tensor& partial, sweeps::DisForm form);

}  // namespace missmodal::trainer
