#pragma once
// A sequence to sequence decoder with attention (Bahdanau et al. 2015): an LSTM cell that at each step looks
// at the whole encoding, and a linear layer on its state.

#include <cstdint>

#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// At each step t, over the encoding's steps s (b = batch):
//   a_t = softmax_s(attend(x_s, c_(t-1)))     x'_t = sum_s a_t,s x_s
//   i, f, g, o = input(x'_t) + recurrent(h_(t-1))
//   c_t = s(f) c_(t-1) + s(i) tanh(g)         h_t = s(o) tanh(c_t)         y_t = out(h_t)
// with s the logistic function and c_0 = h_0 = 0. Parameters: attend.*, input.*, recurrent.*, out.*.
class AttentionDecoder : public ParameterModule {
 public:
  AttentionDecoder(std::int64_t in, std::int64_t hidden, std::int64_t out);
  torch::Tensor forward(const torch::Tensor& encoding, std::int64_t steps);  // (b, s, in) -> (b, steps, out)

 private:
  std::int64_t hidden_;
  LinearParameters attend_;
  LinearParameters input_;
  LinearParameters recurrent_;
  LinearParameters out_;
};

}  // namespace missmodal::trainer
