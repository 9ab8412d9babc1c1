#include "worker/device.h"

#ifdef MISSMODAL_WITH_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#endif
#include <fmt/format.h>

#include <exception>
#include <string>

#include "worker/worker_fault.h"

namespace missmodal::worker {

int visible_gpus() {
  return static_cast<int>(torch::cuda::is_available() ? torch::cuda::device_count() : 0);
}

void check_device(torch::Device device) {
  if (device.is_cpu()) return;
  try {
    torch::ones({1}, device).item<float>();
  } catch (const std::exception& error) {
    const std::string text = error.what();
    throw WorkerFault(fmt::format("{}: cannot be used: {}", device.str(), text.substr(0, text.find('\n'))));
  }
}

void limit_memory(torch::Device device, int trials) {
#ifdef MISSMODAL_WITH_CUDA
  if (device.is_cuda()) {
    c10::cuda::CUDACachingAllocator::setMemoryFraction(1.0 / trials, device.index());
  }
#else
  static_cast<void>(device), static_cast<void>(trials);  // a LibTorch without CUDA has no other device
#endif
}

}  // namespace missmodal::worker
