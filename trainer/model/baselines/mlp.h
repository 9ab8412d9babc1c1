#pragma once
// Linear layers with ReLU and dropout between them.

#include <cstdint>
#include <vector>

#include "trainer/model/dropout.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Parameters: 0.*, 1.*, ..., a layer each.
class Mlp : public ParameterModule {
 public:
  // widths: in, those between, out. `layer`: of the dropout behind the first ReLU; that behind the next one
  // has the next `place`.
  Mlp(const std::vector<std::int64_t>& widths, double dropout, DropoutLayer layer);
  torch::Tensor forward(const torch::Tensor& x, const DropoutStream& stream);  // (b, in) -> (b, out)

 private:
  std::vector<LinearParameters> linear_;
  double dropout_;
  DropoutLayer layer_;
};

}  // namespace missmodal::trainer
