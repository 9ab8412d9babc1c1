#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <system_error>

#include "coordinator/main/doctor/doctor_finding.h"
#include "coordinator/main/doctor/doctor_judgement.h"
#include "trainer/parallel/nccl_binding.h"
#include "trainer/torch.h"

namespace missmodal::coordinator {
namespace {

int usable_cores() {
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
  return quota_of(content("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") + " " +
                  content("/sys/fs/cgroup/cpu/cpu.cfs_period_us"));
}

}  // namespace

Finding examine_libtorch() {
  return {"LibTorch", Verdict::ok, TORCH_VERSION, ""};
}

Finding examine_blas() {
  constexpr int kSize = 640;
  constexpr double kFlops = 2.0 * kSize * kSize * kSize;
  const torch::NoGradGuard no_gradient;
  const torch::Tensor a = torch::rand({kSize, kSize});
  const torch::Tensor b = torch::rand({kSize, kSize});
  torch::matmul(a, b);  // the first call starts the threads
  double seconds = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 3; ++i) {
    // Processor time of all threads: so the figure is one core's, however many work and whatever else runs
    // here.
    const std::clock_t start = std::clock();
    torch::matmul(a, b);
    seconds = std::min(seconds, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  return judge_blas(kFlops / std::max(seconds, 1e-6) / 1e9);
}

Finding examine_cores() {
  const char* omp_num_threads = std::getenv("OMP_NUM_THREADS");
  return judge_cores({usable_cores(), container_quota(), at::get_num_threads(),
                      omp_num_threads != nullptr ? omp_num_threads : ""});
}

Finding examine_gpus() {
  if (torch::cuda::is_available()) {
    return {"GPUs", Verdict::ok, fmt::format("{} that LibTorch sees", torch::cuda::device_count()), ""};
  }
  if (std::filesystem::exists("/proc/driver/nvidia/version")) {
    return {"GPUs", Verdict::warn, "an NVIDIA driver is loaded, but this LibTorch sees no GPU",
            "build against a LibTorch with CUDA: Torch_DIR=... scripts/build"};
  }
  return {"GPUs", Verdict::ok, "none; trials run on the CPU", ""};
}

Finding examine_nccl() {
  Nccl nccl{torch::cuda::is_available(), "", "", trainer::nccl_built_with()};
  // Never closed: a library that has started CUDA does not always survive its unloading.
  void* library = dlopen("libnccl.so.2", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return judge_nccl(nccl);
  nccl.file = "libnccl.so.2";
  using GetVersion = int (*)(int*);
  const auto get_version = reinterpret_cast<GetVersion>(dlsym(library, "ncclGetVersion"));
  if (get_version == nullptr) return judge_nccl(nccl);
  Dl_info place{};
  if (dladdr(reinterpret_cast<void*>(get_version), &place) != 0) nccl.file = place.dli_fname;
  int number = 0;
  if (get_version(&number) == 0) nccl.version = nccl_version(number);
  return judge_nccl(nccl);
}

Finding examine_mps() {
  Mps mps{torch::cuda::is_available(), false, ""};
  std::error_code error;  // a process may end while it is looked at
  for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
    // The kernel keeps 15 characters of nvidia-cuda-mps-control and -server.
    if (content(process.path() / "comm") == "nvidia-cuda-mps\n") mps.daemon = true;
  }
  const char* folder = std::getenv("CUDA_MPS_PIPE_DIRECTORY");
  const auto control = std::filesystem::path(folder != nullptr ? folder : "/tmp/nvidia-mps") / "control";
  if (std::filesystem::exists(control, error)) mps.control = control.string();
  return judge_mps(mps);
}

}  // namespace missmodal::coordinator
