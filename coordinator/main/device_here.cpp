#include "coordinator/main/device_here.h"

#include "sweeps/error.h"
#include "worker/worker.h"

namespace missmodal::coordinator {

torch::Device device_here(const sweeps::Resources& resources) {
  const torch::Device best = worker::best_device(0);
  if (resources.device == "cuda" && best.is_cpu()) {
    throw InputError("resources.device", "cuda, but LibTorch sees no GPU on this host");
  }
  return resources.device == "cpu" ? torch::Device(torch::kCPU) : best;
}

}  // namespace missmodal::coordinator
