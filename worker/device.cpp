#include "worker/device.h"

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

}  // namespace missmodal::worker
