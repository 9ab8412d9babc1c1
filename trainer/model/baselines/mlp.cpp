#include "trainer/model/baselines/mlp.h"

#include <string>

namespace missmodal::trainer {

Mlp::Mlp(const std::vector<std::int64_t>& widths, double dropout, DropoutLayer layer)
    : dropout_(dropout), layer_(layer) {
  for (std::size_t i = 0; i + 1 < widths.size(); ++i)
    linear_.push_back(declare_linear(std::to_string(i), widths[i], widths[i + 1]));
}

torch::Tensor Mlp::forward(const torch::Tensor& x, const DropoutStream& stream) {
  torch::Tensor y = x;
  DropoutLayer layer = layer_;
  for (std::size_t i = 0; i < linear_.size(); ++i) {
    if (i > 0) {
      y = stream.apply(y.relu(), layer, dropout_);
      ++layer.place;
    }
    y = torch::linear(y, linear_[i].weight, linear_[i].bias);
  }
  return y;
}

}  // namespace missmodal::trainer
