#include "trainer/model/baselines/attention_decoder.h"

#include <vector>

namespace missmodal::trainer {

AttentionDecoder::AttentionDecoder(std::int64_t in, std::int64_t hidden, std::int64_t out)
    : hidden_(hidden),
      attend_(declare_linear("attend", in + hidden, 1)),
      input_(declare_linear("input", in, 4 * hidden)),
      recurrent_(declare_linear("recurrent", hidden, 4 * hidden)),
      out_(declare_linear("out", hidden, out)) {}

torch::Tensor AttentionDecoder::forward(const torch::Tensor& encoding, std::int64_t steps) {
  const std::int64_t in = encoding.size(2);
  // What a step's frame alone has to say to the attention does not change from step to step.
  const torch::Tensor of_frames =
      torch::matmul(encoding, attend_.weight[0].slice(0, 0, in)) + attend_.bias;  // (b, s)
  const torch::Tensor of_cell = attend_.weight[0].slice(0, in);
  torch::Tensor state = torch::zeros({encoding.size(0), hidden_}, encoding.options().requires_grad(false));
  torch::Tensor cell = state;
  std::vector<torch::Tensor> states;
  for (std::int64_t step = 0; step < steps; ++step) {
    const torch::Tensor attention = (of_frames + torch::matmul(cell, of_cell).unsqueeze(1)).softmax(1);
    const torch::Tensor seen = torch::bmm(attention.unsqueeze(1), encoding).squeeze(1);
    const torch::Tensor gates = torch::linear(seen, input_.weight, input_.bias) +
                                torch::linear(state, recurrent_.weight, recurrent_.bias);
    const std::vector<torch::Tensor> gate = gates.chunk(4, 1);
    cell = gate[1].sigmoid() * cell + gate[0].sigmoid() * gate[2].tanh();
    state = gate[3].sigmoid() * cell.tanh();
    states.push_back(state);
  }
  return torch::linear(torch::stack(states, 1), out_.weight, out_.bias);
}

}  // namespace missmodal::trainer
