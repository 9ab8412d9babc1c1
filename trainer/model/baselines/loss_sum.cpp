#include "trainer/model/baselines/loss_sum.h"

namespace missmodal::trainer {

void LossSum::add(const std::string& name, const torch::Tensor& loss, double weight, bool counts) {
  const torch::Tensor weighted = loss * weight;
  losses_.total = losses_.total.defined() ? losses_.total + weighted : weighted;
  const torch::Tensor part = counts ? weighted.detach() : torch::zeros_like(weighted);
  counted_ = counted_.defined() ? counted_ + part : part;
  losses_.shares.emplace_back(name, counts ? loss.detach() : torch::zeros_like(loss));
}

Losses LossSum::losses() const {
  Losses losses = losses_;
  losses.shares.emplace(losses.shares.begin(), "total", counted_);
  return losses;
}

}  // namespace missmodal::trainer
