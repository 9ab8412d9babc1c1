#include "trainer/model/baselines/gated_memory.h"

#include <fmt/format.h>

#include <vector>

#include "trainer/model/baselines/step_rows.h"

namespace missmodal::trainer {

GatedMemory::GatedMemory(std::int64_t seen, std::int64_t memory, const std::array<HiddenLayer, 2>& gates,
                         DropoutLayer layer)
    : seen_(seen) {
  for (std::uint32_t i = 0; i < 2; ++i) {
    gates_[i] = {declare_linear(fmt::format("gamma{}_fc1", i + 1), seen + memory, gates[i].width),
                 declare_linear(fmt::format("gamma{}_fc2", i + 1), gates[i].width, memory),
                 gates[i],
                 {layer.owner, layer.layer + i, layer.place}};
  }
}

// What was seen and the dropout factors are known of all steps at once; only the memory's part has to wait.
torch::Tensor GatedMemory::remember(const torch::Tensor& seen, const torch::Tensor& proposal,
                                    const RaggedLayout& layout, const DropoutStream& dropout) const {
  if (layout.batch() == 0) return proposal;
  const TimeMajor& time = layout.time_major(Direction::forward);
  const auto by_step = [&](const torch::Tensor& x) {
    return step_rows(reorder_rows(x, time.order, time.inverse), time);
  };
  struct Prepared {
    std::vector<torch::Tensor> fed;
    std::vector<torch::Tensor> factors;  // none: no dropout
    torch::Tensor recurrent;
  };
  std::array<Prepared, 2> prepared;
  for (std::size_t i = 0; i < 2; ++i) {
    const Gate& gate = gates_[i];
    const auto parts = gate.first.weight.split_with_sizes({seen_, gate.first.weight.size(1) - seen_}, 1);
    prepared[i].fed = by_step(torch::linear(seen, parts[0], gate.first.bias));
    prepared[i].recurrent = parts[1];
    if (!dropout.active(gate.hidden.dropout)) continue;
    const torch::Tensor ones = torch::ones({layout.rows(), gate.hidden.width}, seen.options());
    prepared[i].factors = by_step(dropout.apply(ones, layout, Rows::all, gate.layer, gate.hidden.dropout));
  }
  const std::vector<torch::Tensor> proposed = by_step(proposal);
  std::vector<torch::Tensor> memories;
  torch::Tensor memory = proposal.new_zeros({layout.batch(), proposal.size(1)});
  for (std::size_t step = 0; step < proposed.size(); ++step) {
    memory = memory.narrow(0, 0, proposed[step].size(0));
    std::array<torch::Tensor, 2> opened;
    for (std::size_t i = 0; i < 2; ++i) {
      const Prepared& ready = prepared[i];
      torch::Tensor inner = (ready.fed[step] + torch::linear(memory, ready.recurrent)).relu();
      if (!ready.factors.empty()) inner = inner * ready.factors[step];
      opened[i] = affine(inner, gates_[i].second).sigmoid();
    }
    memory = opened[0] * memory + opened[1] * proposed[step];
    memories.push_back(memory);
  }
  return reorder_rows(torch::cat(memories), time.inverse, time.order);
}

}  // namespace missmodal::trainer
