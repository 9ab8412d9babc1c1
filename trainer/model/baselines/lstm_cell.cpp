#include "trainer/model/baselines/lstm_cell.h"

#include <cmath>
#include <vector>

#include "trainer/model/baselines/step_rows.h"

namespace missmodal::trainer {

LstmCell::LstmCell(std::int64_t in, std::int64_t hidden) {
  const Initial initial = Initial::uniform(1 / std::sqrt(static_cast<double>(hidden)));
  input_ = {declare("weight_ih", {4 * hidden, in}, initial), declare("bias_ih", {4 * hidden}, initial)};
  recurrent_ = {declare("weight_hh", {4 * hidden, hidden}, initial),
                declare("bias_hh", {4 * hidden}, initial)};
}

LstmState LstmCell::step(const torch::Tensor& fed, const LstmState& before) const {
  const std::int64_t running = fed.size(0);
  const torch::Tensor recurrent =
      before.state.defined() ? affine(before.state.narrow(0, 0, running), recurrent_) : recurrent_.bias;
  const auto gates = (fed + recurrent).chunk(4, 1);
  LstmState after;
  after.cell = gates[0].sigmoid() * gates[2].tanh();
  if (before.cell.defined()) after.cell = after.cell + gates[1].sigmoid() * before.cell.narrow(0, 0, running);
  after.state = gates[3].sigmoid() * after.cell.tanh();
  return after;
}

LstmState LstmCell::trace(const torch::Tensor& x, const RaggedLayout& layout) const {
  if (layout.batch() == 0) {
    const torch::Tensor none = x.new_zeros({0, recurrent_.weight.size(1)});
    return {none, none};
  }
  const TimeMajor& time = layout.time_major(Direction::forward);
  const auto fed = step_rows(reorder_rows(affine(x, input_), time.order, time.inverse), time);
  std::vector<torch::Tensor> states, cells;
  LstmState now;
  for (const torch::Tensor& rows : fed) {
    now = this->step(rows, now);
    states.push_back(now.state);
    cells.push_back(now.cell);
  }
  return {reorder_rows(torch::cat(states), time.inverse, time.order),
          reorder_rows(torch::cat(cells), time.inverse, time.order)};
}

torch::Tensor LstmCell::unroll(const torch::Tensor& x, const RaggedLayout& layout) const {
  if (layout.batch() == 0) return x;
  const TimeMajor& time = layout.time_major(Direction::forward);
  // Longest sequence first, as the steps want them.
  const std::vector<std::int64_t> first(layout.offsets().begin(), layout.offsets().end() - 1);
  const torch::Tensor place = time.inverse.index_select(0, torch::tensor(first).to(time.inverse.device()));
  torch::Tensor next = x.index_select(0, place.argsort());
  std::vector<torch::Tensor> states;
  LstmState now;
  for (std::int64_t step = 0; step < time.steps(); ++step) {
    now = this->step(affine(next.narrow(0, 0, time.running(step)), input_), now);
    next = now.state;
    states.push_back(now.state);
  }
  return reorder_rows(torch::cat(states), time.inverse, time.order);
}

}  // namespace missmodal::trainer
