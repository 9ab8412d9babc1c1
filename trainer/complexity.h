#pragma once
// What a prediction costs, counted and measured.

#include <array>
#include <cstdint>
#include <functional>

#include "trainer/model/model.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Multiply-adds of the matrix products and convolutions that `work` computes through LibTorch's operations in
// this thread: linear layers, recurrences, attention. What works number by number (activations, norms,
// gates) is not counted.
std::int64_t multiply_adds(const std::function<void()>& work);

// One utterance without values, of so many frames (word pieces) a modality, as a model reads it on the CPU.
Batch utterance_of(const std::array<std::int64_t, 3>& lengths, const Widths& widths);

struct Complexity {
  std::int64_t parameters = 0;  // counting only what is used
  std::int64_t multiply_adds = 0;
  double seconds = 0;  // the median of several predictions
};

// Of predicting that utterance with complete modalities. Precondition: model and utterance on the CPU.
Complexity complexity_of(Model& model, const Batch& utterance);

// The numbers in parameters that any loss or scored prediction can touch.
std::int64_t used_parameters(const Model& model);

}  // namespace missmodal::trainer
