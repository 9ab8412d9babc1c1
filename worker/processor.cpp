#include "worker/processor.h"

#ifdef MISSMODAL_WITH_CUDA
#include <ATen/cuda/CUDAContext.h>
#endif
#include <sys/utsname.h>

#include <fstream>

namespace missmodal::worker {
namespace {

std::string cpu_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string name = model_name(cpuinfo);
  if (!name.empty()) return name;
  utsname system{};
  return uname(&system) == 0 ? system.machine : "unknown";
}

}  // namespace

std::string model_name(std::istream& cpuinfo) {
  for (std::string line; std::getline(cpuinfo, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    if (begin != std::string::npos) return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
  }
  return "";
}

std::string processor_name(torch::Device device) {
#ifdef MISSMODAL_WITH_CUDA
  if (device.is_cuda()) return at::cuda::getDeviceProperties(device.index())->name;
#else
  static_cast<void>(device);  // a LibTorch without CUDA has no other
#endif
  return cpu_name();
}

}  // namespace missmodal::worker
