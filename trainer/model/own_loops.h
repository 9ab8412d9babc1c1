#pragma once
// Attention, BiLSTM, LayerNorm with its residual and AdamW are each written twice: as loops of our own for
// float32 on the CPU, and through LibTorch's operations for every device and type. The formula is the same,
// the order of rounding is not.

#include "trainer/torch.h"

namespace missmodal::trainer {

// Whether our loops compute what starts from `x`: float32 on the CPU, and no LibraryOnly lives in this
// thread.
bool takes_own_loops(const torch::Tensor& x);

// While one lives, its thread computes through LibTorch's operations alone, so that what a GPU runs is tested
// in float32 without one. Scoped and of one thread, as torch::NoGradGuard is: an argument would pass through
// every layer for the tests' sake. The backward pass follows the forward one, wherever it runs.
class LibraryOnly {
 public:
  LibraryOnly();
  ~LibraryOnly();
  LibraryOnly(const LibraryOnly&) = delete;
  LibraryOnly& operator=(const LibraryOnly&) = delete;

 private:
  bool before_;
};

}  // namespace missmodal::trainer
