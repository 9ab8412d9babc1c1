#include "trainer/model/baselines/sub_net.h"

#include <fmt/format.h>

namespace missmodal::trainer {

SubNet::SubNet(std::int64_t in, std::int64_t width, double dropout, std::uint32_t owner)
    : norm_(register_module("norm", std::make_shared<BatchNorm>(in))), dropout_(dropout), owner_(owner) {
  for (std::size_t i = 0; i < linear_.size(); ++i)
    linear_[i] = declare_linear(fmt::format("linear_{}", i + 1), i == 0 ? in : width, width);
}

torch::Tensor SubNet::forward(const torch::Tensor& x, const Walk& walk) {
  torch::Tensor y = walk.dropout.apply(norm_->forward(x, walk), {owner_, 0, 0}, dropout_);
  for (const LinearParameters& linear : linear_) y = torch::linear(y, linear.weight, linear.bias).relu();
  return y;
}

}  // namespace missmodal::trainer
