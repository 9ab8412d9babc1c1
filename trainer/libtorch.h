#pragma once
// What the versions of LibTorch that this compiles with (1.13 to 2.11) call by different names.

#include <ATen/autocast_mode.h>

#include <vector>

#include "trainer/torch.h"

#define MISSMODAL_LIBTORCH_FROM(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

namespace missmodal::trainer::libtorch {

// Casts of this thread's operations to bfloat16 on that kind of device.
inline void set_autocast(torch::DeviceType device, bool enabled) {
#if MISSMODAL_LIBTORCH_FROM(2, 4)
  at::autocast::set_autocast_enabled(device, enabled);
  if (enabled) at::autocast::set_autocast_dtype(device, at::kBFloat16);
#else
  if (device == torch::kCPU) {
    at::autocast::set_cpu_enabled(enabled);
    if (enabled) at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
  } else {
    at::autocast::set_enabled(enabled);
    if (enabled) at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
  }
#endif
}

struct AdamNumbers {
  double beta1 = 0;
  double beta2 = 0;
  double weight_decay = 0;
  double epsilon = 0;
};

// torch.optim's `fused` step with the rate as a tensor; false, and nothing done, where this version has none.
inline bool fused_adam([[maybe_unused]] bool decoupled, [[maybe_unused]] at::TensorList values,
                       [[maybe_unused]] at::TensorList gradients, [[maybe_unused]] at::TensorList first,
                       [[maybe_unused]] at::TensorList second, [[maybe_unused]] at::TensorList steps,
                       [[maybe_unused]] const at::Tensor& rate, [[maybe_unused]] const AdamNumbers& numbers,
                       [[maybe_unused]] const at::Tensor& divisor, [[maybe_unused]] const at::Tensor& skip) {
#if MISSMODAL_LIBTORCH_FROM(2, 6)
  if (decoupled) {
    at::_fused_adamw_(values, gradients, first, second, {}, steps, rate, numbers.beta1, numbers.beta2,
                      numbers.weight_decay, numbers.epsilon, /*amsgrad=*/false, /*maximize=*/false, divisor,
                      skip);
  } else {
    at::_fused_adam_(values, gradients, first, second, {}, steps, rate, numbers.beta1, numbers.beta2,
                     numbers.weight_decay, numbers.epsilon, /*amsgrad=*/false, /*maximize=*/false, divisor,
                     skip);
  }
  return true;
#else
  return false;
#endif
}

// The Euclidean norm of each.
inline std::vector<at::Tensor> norms_of(at::TensorList tensors) {
  return at::_foreach_norm(tensors, 2);
}

}  // namespace missmodal::trainer::libtorch
