#pragma once
// The memory of MFN and Graph-MFN (Zadeh et al. 2018, "Memory Fusion Network", section 4.3): at every step
//   g1, g2 = sigmoid(MLP([seen_t; memory_(t-1)]))     memory_t = g1 memory_(t-1) + g2 proposal_t

#include <array>
#include <cstdint>

#include "trainer/model/baselines/hidden_layer.h"
#include "trainer/model/dropout.h"
#include "trainer/model/parameter_module.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Parameters: gamma1_fc1.*, gamma1_fc2.*, gamma2_fc1.*, gamma2_fc2.*: Linear, ReLU, dropout, Linear each.
class GatedMemory : public ParameterModule {
 public:
  // `layer`: of the first gate's dropout; the second's is the next.
  GatedMemory(std::int64_t seen, std::int64_t memory, const std::array<HiddenLayer, 2>& gates,
              DropoutLayer layer);
  // seen (layout.rows(), seen), proposal (layout.rows(), memory) -> the memory behind every row.
  torch::Tensor remember(const torch::Tensor& seen, const torch::Tensor& proposal, const RaggedLayout& layout,
                         const DropoutStream& dropout) const;

 private:
  struct Gate {
    LinearParameters first;
    LinearParameters second;
    HiddenLayer hidden;
    DropoutLayer layer;
  };
  std::array<Gate, 2> gates_;
  std::int64_t seen_;
};

}  // namespace missmodal::trainer
