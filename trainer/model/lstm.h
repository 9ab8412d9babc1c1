#pragma once
// A unidirectional LSTM over ragged sequences (bilstm.h has the formula), one layer or several, with
// torch.nn.LSTM's names and initial values.

#include <cstdint>
#include <vector>

#include "trainer/model/dropout.h"
#include "trainer/model/parameter_module.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Dropout acts on the states that one layer hands to the next.
struct LstmOptions {
  int layers = 1;
  double dropout = 0;
  std::uint32_t owner = 0;  // DropoutLayer::owner; its layer is the LSTM's, from 0
};

class Lstm : public ParameterModule {
 public:
  Lstm(std::int64_t in, std::int64_t hidden, const LstmOptions& options = {});
  // x (layout.rows(), in) -> (layout.rows(), hidden): the last layer's states.
  torch::Tensor states(const torch::Tensor& x, const RaggedLayout& layout, const DropoutStream& dropout);
  // (layout.batch(), hidden): of these, the one at each sequence's last step.
  torch::Tensor last(const torch::Tensor& x, const RaggedLayout& layout, const DropoutStream& dropout);

 private:
  std::int64_t hidden_;
  LstmOptions options_;
  std::vector<std::vector<torch::Tensor>> layers_;
};

}  // namespace missmodal::trainer
