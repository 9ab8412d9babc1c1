#include "trainer/model/baselines/bi_lstm.h"

#include <cmath>
#include <string>

#include "trainer/model/bilstm.h"

namespace missmodal::trainer {

BiLstm::BiLstm(std::int64_t in, std::int64_t hidden) {
  const Initial initial = Initial::uniform(1 / std::sqrt(static_cast<double>(hidden)));
  for (const std::string direction : {"_l0", "_l0_reverse"}) {
    parameters_.push_back(declare("weight_ih" + direction, {4 * hidden, in}, initial));
    parameters_.push_back(declare("weight_hh" + direction, {4 * hidden, hidden}, initial));
    parameters_.push_back(declare("bias_ih" + direction, {4 * hidden}, initial));
    parameters_.push_back(declare("bias_hh" + direction, {4 * hidden}, initial));
  }
}

torch::Tensor BiLstm::states(const torch::Tensor& x, const RaggedLayout& layout) const {
  // The library's recurrent kernels refuse a batch of none.
  if (layout.batch() == 0) return x.new_zeros({0, 2 * parameters_[1].size(1)});
  return bilstm(x, layout, parameters_);
}

BiLstm::Ends BiLstm::ends(const torch::Tensor& states, const RaggedLayout& layout) {
  const std::int64_t hidden = states.size(1) / 2;
  return {layout.select(states, Rows::last).narrow(1, 0, hidden),
          layout.select(states, Rows::first).narrow(1, hidden, hidden)};
}

}  // namespace missmodal::trainer
