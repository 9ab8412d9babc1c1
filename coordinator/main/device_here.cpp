#include "coordinator/main/device_here.h"

#include <cstdlib>

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

void prepare_for_deterministic_products() {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);  // as large as LibTorch's own on a Hopper
}

}  // namespace missmodal::coordinator
