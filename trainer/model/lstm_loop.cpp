#include "trainer/model/lstm_loop.h"

#include <algorithm>
#include <cstdint>

#include "trainer/model/vectorized.h"

namespace missmodal::trainer {

namespace {

// One step of `rows` sequences. gates (rows, 4 * hidden): sums in, activations out. `before` is null at the
// first step.
MISSMODAL_VECTORIZED void step_forward(float* gates, const float* before, float* cell, float* state,
                                       std::int64_t rows, std::int64_t hidden) {
  for (std::int64_t row = 0; row < rows; ++row, gates += 4 * hidden, cell += hidden, state += hidden) {
    float* __restrict in = gates;
    float* __restrict forget = gates + hidden;
    float* __restrict candidate = gates + 2 * hidden;
    float* __restrict out = gates + 3 * hidden;
    for (std::int64_t i = 0; i < hidden; ++i) {
      in[i] = fast_sigmoid(in[i]);
      forget[i] = fast_sigmoid(forget[i]);
      candidate[i] = fast_tanh(candidate[i]);
      out[i] = fast_sigmoid(out[i]);
      cell[i] = in[i] * candidate[i];
    }
    if (before) {
      for (std::int64_t i = 0; i < hidden; ++i) cell[i] += forget[i] * before[row * hidden + i];
    }
    for (std::int64_t i = 0; i < hidden; ++i) state[i] = out[i] * fast_tanh(cell[i]);
  }
}

// The way back: d_sums (rows, 4 * hidden) is written, d_cell (rows, hidden) carries the cell's gradient to
// the step before.
MISSMODAL_VECTORIZED void step_backward(const float* gates, const float* before, const float* cell,
                                        const float* d_state, float* d_cell, float* d_sums, std::int64_t rows,
                                        std::int64_t hidden) {
  for (std::int64_t row = 0; row < rows; ++row, gates += 4 * hidden, d_sums += 4 * hidden) {
    const float* in = gates;
    const float* forget = gates + hidden;
    const float* candidate = gates + 2 * hidden;
    const float* out = gates + 3 * hidden;
    float* __restrict d_in = d_sums;
    float* __restrict d_forget = d_sums + hidden;
    float* __restrict d_candidate = d_sums + 2 * hidden;
    float* __restrict d_out = d_sums + 3 * hidden;
    float* __restrict carried = d_cell + row * hidden;
    for (std::int64_t i = 0; i < hidden; ++i) {
      const float tanh_cell = fast_tanh(cell[row * hidden + i]);
      const float d_h = d_state[row * hidden + i];
      const float d_c = carried[i] + d_h * out[i] * (1 - tanh_cell * tanh_cell);
      d_in[i] = d_c * candidate[i] * in[i] * (1 - in[i]);
      d_candidate[i] = d_c * in[i] * (1 - candidate[i] * candidate[i]);
      d_out[i] = d_h * tanh_cell * out[i] * (1 - out[i]);
      d_forget[i] = d_c * forget[i] * (1 - forget[i]);
      carried[i] = d_c * forget[i];
    }
    for (std::int64_t i = 0; i < hidden; ++i) d_forget[i] *= before ? before[row * hidden + i] : 0.0F;
  }
}

// One direction, rows in time-major order throughout.
struct LstmDirection : torch::autograd::Function<LstmDirection> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight_ih, const torch::Tensor& weight_hh,
                               const torch::Tensor& bias_ih, const torch::Tensor& bias_hh,
                               std::vector<std::int64_t> begin) {
    const std::int64_t hidden = weight_hh.size(1);
    const torch::Tensor gates = torch::addmm(bias_ih + bias_hh, x, weight_ih.t());
    const torch::Tensor cells = torch::empty({x.size(0), hidden}, x.options());
    const torch::Tensor states = torch::empty_like(cells);
    const torch::Tensor recurrent = weight_hh.t();
    for (std::size_t step = 0; step + 1 < begin.size(); ++step) {
      const std::int64_t rows = begin[step + 1] - begin[step];
      const float* before = nullptr;
      if (step > 0) {
        torch::Tensor sums = gates.narrow(0, begin[step], rows);
        at::addmm_out(sums, sums, states.narrow(0, begin[step - 1], rows), recurrent);
        before = cells.data_ptr<float>() + begin[step - 1] * hidden;
      }
      step_forward(gates.data_ptr<float>() + begin[step] * 4 * hidden, before,
                   cells.data_ptr<float>() + begin[step] * hidden,
                   states.data_ptr<float>() + begin[step] * hidden, rows, hidden);
    }
    context->save_for_backward({x, weight_ih, weight_hh, gates, cells, states});
    context->saved_data["begin"] = begin;
    context->saved_data["of_x"] = x.requires_grad();
    return states;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight_ih = saved[1], &weight_hh = saved[2], &gates = saved[3],
                        &cells = saved[4], &states = saved[5];
    const std::vector<std::int64_t> begin = context->saved_data["begin"].toIntVector();
    const std::int64_t hidden = weight_hh.size(1);
    const torch::Tensor d_states = gradients[0].clone(at::MemoryFormat::Contiguous);
    const torch::Tensor d_sums = torch::empty_like(gates);
    const torch::Tensor d_cell = torch::zeros({begin[1], hidden}, x.options());
    // Row r's state before it; the first step has none.
    const torch::Tensor states_before = torch::empty({x.size(0) - begin[1], hidden}, x.options());
    for (std::size_t step = begin.size() - 1; step-- > 0;) {
      const std::int64_t rows = begin[step + 1] - begin[step];
      const float* before = step > 0 ? cells.data_ptr<float>() + begin[step - 1] * hidden : nullptr;
      step_backward(gates.data_ptr<float>() + begin[step] * 4 * hidden, before,
                    cells.data_ptr<float>() + begin[step] * hidden,
                    d_states.data_ptr<float>() + begin[step] * hidden, d_cell.data_ptr<float>(),
                    d_sums.data_ptr<float>() + begin[step] * 4 * hidden, rows, hidden);
      if (step == 0) break;
      torch::Tensor d_before = d_states.narrow(0, begin[step - 1], rows);
      at::addmm_out(d_before, d_before, d_sums.narrow(0, begin[step], rows), weight_hh);
      const float* state = states.data_ptr<float>() + begin[step - 1] * hidden;
      std::copy(state, state + rows * hidden,
                states_before.data_ptr<float>() + (begin[step] - begin[1]) * hidden);
    }
    const torch::Tensor d_bias = d_sums.sum(0);
    const torch::Tensor d_later = d_sums.narrow(0, begin[1], x.size(0) - begin[1]);
    const torch::Tensor d_x = context->saved_data["of_x"].toBool() ? d_sums.mm(weight_ih) : torch::Tensor();
    return {d_x, d_sums.t().mm(x), d_later.t().mm(states_before), d_bias, d_bias.clone(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor lstm_loop(const torch::Tensor& x, const RaggedLayout& layout, Direction direction,
                        std::span<const torch::Tensor> parameters) {
  const TimeMajor& time = layout.time_major(direction);
  const torch::Tensor states = LstmDirection::apply(reorder_rows(x, time.order, time.inverse), parameters[0],
                                                    parameters[1], parameters[2], parameters[3], time.begin);
  return reorder_rows(states, time.inverse, time.order);
}

}  // namespace missmodal::trainer
