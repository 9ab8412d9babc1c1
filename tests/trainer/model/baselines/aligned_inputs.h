#pragma once
// The inputs of a golden file of an aligned model, which runs over padding: every step of them a frame.

#include <array>

#include "tests/trainer/model/baselines/golden.h"
#include "trainer/model/baselines/aligned_rows.h"

namespace missmodal::trainer::testing {

struct AlignedInputs {
  std::array<torch::Tensor, 3> padded;  // by Modality, (batch, steps, width), want gradients
  AlignedRows rows;
};

inline AlignedInputs aligned_inputs(Golden& golden) {
  AlignedInputs inputs;
  for (const Modality modality : kModalities) {
    const auto index = static_cast<unsigned>(modality);
    inputs.padded[index] = golden.tensor("input." + std::string(name(modality))).requires_grad_();
    const RaggedBatch frames = all_steps(inputs.padded[index]);
    inputs.rows.rows[index] = frames.rows;
    inputs.rows.layout = frames.layout;
  }
  return inputs;
}

inline void expect_input_gradients(Golden& golden, const AlignedInputs& inputs) {
  for (const Modality modality : kModalities) {
    golden.expect("input_grad." + std::string(name(modality)),
                  inputs.padded[static_cast<unsigned>(modality)].grad());
  }
}

}  // namespace missmodal::trainer::testing
