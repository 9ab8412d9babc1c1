#include "trainer/model/bilstm.h"

#include "trainer/model/own_loops.h"
#include "trainer/model/time_major.h"

namespace missmodal::trainer {

torch::Tensor bilstm(const torch::Tensor& x, const RaggedLayout& layout,
                     const std::vector<torch::Tensor>& parameters) {
  return takes_own_loops(x) ? bilstm_loop(x, layout, parameters) : bilstm_packed(x, layout, parameters);
}

torch::Tensor bilstm_packed(const torch::Tensor& x, const RaggedLayout& layout,
                            const std::vector<torch::Tensor>& parameters) {
  const TimeMajor& time = layout.time_major(Direction::forward);
  std::vector<std::int64_t> running;
  for (std::int64_t step = 0; step < time.steps(); ++step) running.push_back(time.running(step));
  const torch::Tensor zeros = torch::zeros({2, layout.batch(), parameters[1].size(1)}, x.options());
  const bool training = torch::GradMode::is_enabled();  // cuDNN keeps what the backward pass needs only then
  const torch::Tensor packed = std::get<0>(torch::lstm(
      reorder_rows(x, time.order, time.inverse), torch::tensor(running, torch::kInt64), {zeros, zeros},
      parameters, /*has_biases=*/true, /*num_layers=*/1, /*dropout=*/0.0, training, /*bidirectional=*/true));
  return reorder_rows(packed, time.inverse, time.order);
}

}  // namespace missmodal::trainer
