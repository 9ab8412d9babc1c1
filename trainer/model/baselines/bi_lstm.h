#pragma once
// A one-layer BiLSTM (bilstm.h) with torch.nn.LSTM's names and initial values, read at both ends too.

#include <cstdint>
#include <vector>

#include "trainer/model/parameter_module.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

class BiLstm : public ParameterModule {
 public:
  BiLstm(std::int64_t in, std::int64_t hidden);
  // x (layout.rows(), in) -> (layout.rows(), 2 * hidden), forward states first.
  torch::Tensor states(const torch::Tensor& x, const RaggedLayout& layout) const;
  // Of those the final ones (batch, hidden) of each direction: forward at the last row, backward at the
  // first.
  struct Ends {
    torch::Tensor forward;
    torch::Tensor backward;
  };
  static Ends ends(const torch::Tensor& states, const RaggedLayout& layout);

 private:
  std::vector<torch::Tensor> parameters_;
};

}  // namespace missmodal::trainer
