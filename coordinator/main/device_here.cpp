#include "coordinator/main/device_here.h"

#include "sweeps/error.h"
#include "worker/device.h"

namespace missmodal::coordinator {

torch::Device device_here(const sweeps::Resources& resources) {
  const torch::Device best = worker::visible_gpus() > 0 ? torch::Device(torch::kCUDA, 0) : torch::kCPU;
  if (resources.device == "cuda" && best.is_cpu()) {
    throw InputError("resources.device", "cuda, but LibTorch sees no GPU on this host");
  }
  return resources.device == "cpu" ? torch::Device(torch::kCPU) : best;
}

}  // namespace missmodal::coordinator
