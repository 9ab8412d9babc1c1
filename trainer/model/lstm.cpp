#include "trainer/model/lstm.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>

#include "trainer/model/lstm_loop.h"
#include "trainer/model/own_loops.h"
#include "trainer/model/time_major.h"

namespace missmodal::trainer {
namespace {

// Through the library's packed sequences: any device, any floating type.
torch::Tensor packed(const torch::Tensor& x, const RaggedLayout& layout,
                     const std::vector<torch::Tensor>& parameters) {
  const TimeMajor& time = layout.time_major(Direction::forward);
  std::vector<std::int64_t> running;
  for (std::int64_t step = 0; step < time.steps(); ++step) running.push_back(time.running(step));
  const torch::Tensor zeros = torch::zeros({1, layout.batch(), parameters[1].size(1)}, x.options());
  const bool training = torch::GradMode::is_enabled();
  const torch::Tensor states = std::get<0>(torch::lstm(
      reorder_rows(x, time.order, time.inverse), torch::tensor(running, torch::kInt64), {zeros, zeros},
      parameters, /*has_biases=*/true, /*num_layers=*/1, /*dropout=*/0.0, training, /*bidirectional=*/false));
  return reorder_rows(states, time.inverse, time.order);
}

}  // namespace

Lstm::Lstm(std::int64_t in, std::int64_t hidden, const LstmOptions& options)
    : hidden_(hidden), options_(options) {
  const Initial initial = Initial::uniform(1 / std::sqrt(static_cast<double>(hidden)));
  for (int layer = 0; layer < options.layers; ++layer) {
    layers_.push_back(
        {declare(fmt::format("weight_ih_l{}", layer), {4 * hidden, layer == 0 ? in : hidden}, initial),
         declare(fmt::format("weight_hh_l{}", layer), {4 * hidden, hidden}, initial),
         declare(fmt::format("bias_ih_l{}", layer), {4 * hidden}, initial),
         declare(fmt::format("bias_hh_l{}", layer), {4 * hidden}, initial)});
  }
}

torch::Tensor Lstm::states(const torch::Tensor& x, const RaggedLayout& layout, const DropoutStream& dropout) {
  // The library's recurrent kernels refuse a batch of none.
  if (layout.batch() == 0) return torch::zeros({0, hidden_}, layers_[0][1].options().requires_grad(false));
  torch::Tensor y = x;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    if (layer > 0) {
      const DropoutLayer place{options_.owner, static_cast<std::uint32_t>(layer - 1), 0};
      y = dropout.apply(y, layout, Rows::all, place, options_.dropout);
    }
    y = takes_own_loops(y) ? lstm_loop(y, layout, Direction::forward, layers_[layer])
                           : packed(y, layout, layers_[layer]);
  }
  return y;
}

torch::Tensor Lstm::last(const torch::Tensor& x, const RaggedLayout& layout, const DropoutStream& dropout) {
  return layout.select(states(x, layout, dropout), Rows::last);
}

}  // namespace missmodal::trainer
