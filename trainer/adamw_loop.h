#pragma once
// The optimiser's passes over a float32 parameter on the CPU. No LibTorch here.

#include <cstdint>

namespace missmodal::trainer {

// What is the same for all elements of a parameter in one step.
struct AdamWUpdate {
  static constexpr double kBeta1 = 0.9;
  static constexpr double kBeta2 = 0.999;
  double clip = 1;        // factor of the gradient
  double decay = 1;       // factor of the parameter
  double step_size = 0;   // learning rate / (1 - beta1^t)
  double correction = 1;  // sqrt(1 - beta2^t)
  double epsilon = 0;
};

void adamw_update(float* value, const float* gradient, float* first_moment, float* second_moment,
                  std::int64_t size, const AdamWUpdate& update);

double sum_of_squares(const float* values, std::int64_t size);

}  // namespace missmodal::trainer
