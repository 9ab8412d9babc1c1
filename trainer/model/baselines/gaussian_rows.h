#pragma once
// Numbers of a normal distribution for every utterance of a global batch, drawn by counting: each a pure
// function of seed, step, stream and the utterance's place in the global batch, whoever computes it.

#include <cstdint>

#include "trainer/model/philox.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct CountedDraw {
  std::uint64_t seed = 0;
  std::int64_t step = 0;
  std::uint32_t stream = 0;  // several draws of one step are kept apart by it
};

// The words of `utterance`, its place in the global batch; `block` counts on where four are not enough.
PhiloxBlock counted_words(const CountedDraw& draw, std::int64_t utterance, std::uint32_t block);

// (utterances, width), N(0, 1), float32 on the CPU.
torch::Tensor gaussian_rows(const CountedDraw& draw, std::int64_t utterances, std::int64_t width);

}  // namespace missmodal::trainer
