#pragma once
// An LSTM (bilstm.h has the formula) whose cells are read too, or that is fed step by step; with
// torch.nn.LSTMCell's names and initial values.

#include <cstdint>

#include "trainer/model/parameter_module.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct LstmState {
  torch::Tensor state;  // h, (rows, hidden)
  torch::Tensor cell;   // c, (rows, hidden)
};

class LstmCell : public ParameterModule {
 public:
  LstmCell(std::int64_t in, std::int64_t hidden);
  // x (layout.rows(), in) -> what follows every row.
  LstmState trace(const torch::Tensor& x, const RaggedLayout& layout) const;
  // From zeros, first on x (layout.batch(), in), then on its own state for as many steps as a sequence has;
  // -> (layout.rows(), hidden). Precondition: in == hidden.
  torch::Tensor unroll(const torch::Tensor& x, const RaggedLayout& layout) const;

 private:
  // fed (n, 4 * hidden): what the input adds to the gates; of `before` the first n rows, none yet if
  // undefined.
  LstmState step(const torch::Tensor& fed, const LstmState& before) const;

  LinearParameters input_;
  LinearParameters recurrent_;
};

}  // namespace missmodal::trainer
