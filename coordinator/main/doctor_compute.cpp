#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <sched.h>
#include <torch/cuda.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>

#include "coordinator/main/doctor_finding.h"

namespace missmodal::coordinator {
namespace {

constexpr double kSlowBlas = 30;  // GFLOP/s of one core

int allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  // Fails only where there are more cores than a cpu_set_t holds.
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : CPU_SETSIZE;
}

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Of the container that we run in; a quota of a group further up cannot be seen from inside.
double container_quota() {
  if (const std::string cpu_max = content("/sys/fs/cgroup/cpu.max"); !cpu_max.empty())
    return quota_of(cpu_max);
  const std::string quota = content("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  const std::string period = content("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  return quota_of(quota + " " + period);
}

bool has_nvidia_driver() {
  return std::filesystem::exists("/proc/driver/nvidia/version");
}

}  // namespace

Finding examine_libtorch() {
  return {"LibTorch", Verdict::ok, TORCH_VERSION, ""};
}

Finding judge_blas(double gflops_per_core) {
  const std::string text = fmt::format("{:.0f} GFLOP/s per core", gflops_per_core);
  if (gflops_per_core >= kSlowBlas) return {"BLAS", Verdict::ok, text, ""};
  return {"BLAS", Verdict::warn, text + ", slow: trials take several times as long",
          "apt install libopenblas0-pthread"};
}

Finding examine_blas() {
  constexpr int kSize = 640;
  constexpr double kFlops = 2.0 * kSize * kSize * kSize;
  const torch::NoGradGuard no_gradient;
  const torch::Tensor a = torch::rand({kSize, kSize});
  const torch::Tensor b = torch::rand({kSize, kSize});
  torch::matmul(a, b);  // the first call starts the threads
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 3; ++i) {
    // Processor time of all threads: so the figure is one core's, however many work and whatever else runs
    // here.
    const std::clock_t start = std::clock();
    torch::matmul(a, b);
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return judge_blas(kFlops / std::max(best, 1e-6) / 1e9);
}

double quota_of(std::string_view cpu_max) {
  std::istringstream words{std::string(cpu_max)};
  double quota = 0;
  double period = 0;
  if (!(words >> quota >> period) || quota <= 0 || period <= 0) return 0;
  return quota / period;
}

Finding examine_cores() {
  const int cores = allowed_cores();
  const double quota = container_quota();
  const char* omp = std::getenv("OMP_NUM_THREADS");
  const int threads = at::get_num_threads();
  std::string text = fmt::format("{} to use, LibTorch takes {} of them by default, OMP_NUM_THREADS {}", cores,
                                 threads, omp != nullptr ? omp : "not set");
  if (quota > 0 && quota < cores) {
    text += fmt::format(", container quota {:.1f} cores", quota);
    if (threads > std::ceil(quota)) {
      return {"cores", Verdict::warn, text, "start no more workers than the quota; scripts/sweep counts it"};
    }
  }
  if (threads > cores) return {"cores", Verdict::warn, text, "set OMP_NUM_THREADS to at most the cores"};
  return {"cores", Verdict::ok, text, ""};
}

Finding examine_gpus() {
  if (torch::cuda::is_available()) {
    return {"GPUs", Verdict::ok, fmt::format("{} that LibTorch sees", torch::cuda::device_count()), ""};
  }
  if (has_nvidia_driver()) {
    return {"GPUs", Verdict::warn, "an NVIDIA driver is loaded, but this LibTorch sees no GPU",
            "build against a LibTorch with CUDA: Torch_DIR=... scripts/build"};
  }
  return {"GPUs", Verdict::ok, "none; trials run on the CPU", ""};
}

Finding examine_nccl() {
  // Never closed: a process that has loaded CUDA's libraries does not survive their unloading everywhere.
  void* library = dlopen("libnccl.so.2", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    if (!torch::cuda::is_available()) return {"NCCL", Verdict::ok, "not found; not needed without GPUs", ""};
    return {"NCCL", Verdict::warn, "libnccl.so.2 not found: a trial can use only one GPU",
            "apt install libnccl2, or add its folder to LD_LIBRARY_PATH"};
  }
  using GetVersion = int (*)(int*);
  const auto get_version = reinterpret_cast<GetVersion>(dlsym(library, "ncclGetVersion"));
  int version = 0;
  if (get_version == nullptr || get_version(&version) != 0) {
    return {"NCCL", Verdict::warn, "libnccl.so.2 does not tell its version", "install NCCL 2.10 or later"};
  }
  // Since 2.9 the number is major * 10000 + minor * 100 + patch, before it major * 1000 + ...
  const int major = version >= 10000 ? version / 10000 : version / 1000;
  const int minor = version >= 10000 ? version / 100 % 100 : version / 100 % 10;
  return {"NCCL", Verdict::ok, fmt::format("{}.{}.{}", major, minor, version % 100), ""};
}

}  // namespace missmodal::coordinator
