#pragma once
// The inputs of a golden file of an unaligned model: each sequence ends where its length says.

#include <array>
#include <map>
#include <string>

#include "tests/trainer/model/baselines/golden.h"

namespace missmodal::trainer::testing {

struct UnalignedInputs {
  std::array<torch::Tensor, 3> padded;   // by Modality, (batch, steps, width), want gradients
  std::array<RaggedBatch, 3> sequences;  // of them
  Batch batch;                           // alone and whole
};

inline UnalignedInputs unaligned_inputs(Golden& golden) {
  UnalignedInputs inputs;
  for (const Modality modality : kModalities) {
    const auto index = static_cast<unsigned>(modality);
    const std::string of = "input." + std::string(name(modality));
    inputs.padded[index] = golden.tensor(of).requires_grad_();
    inputs.sequences[index] = own_steps(inputs.padded[index], golden.whole(of + "_lengths"));
  }
  inputs.batch = whole_batch(inputs.sequences[0], inputs.sequences[1], inputs.sequences[2],
                             golden.tensor("input.labels"));
  return inputs;
}

inline void expect_input_gradients(Golden& golden, const UnalignedInputs& inputs,
                                   const std::string& start = "input_grad.") {
  for (const Modality modality : kModalities) {
    torch::Tensor gradient = inputs.padded[static_cast<unsigned>(modality)].grad();
    if (!gradient.defined()) gradient = torch::zeros_like(inputs.padded[static_cast<unsigned>(modality)]);
    golden.expect(start + std::string(name(modality)), gradient);
  }
}

inline std::map<std::string, torch::Tensor> by_name(const Losses& losses) {
  return {losses.shares.begin(), losses.shares.end()};
}

// The names of torch.nn.LSTM's parameters below `theirs` and ours.
inline void add_lstm_names(ParameterNames& names, const std::string& theirs, const std::string& ours,
                           const std::string& ending = "") {
  for (const std::string parameter : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
    names.emplace_back(theirs + parameter, ours + parameter + ending);
}

}  // namespace missmodal::trainer::testing
