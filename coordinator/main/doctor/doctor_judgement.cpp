#include "coordinator/main/doctor/doctor_judgement.h"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

namespace missmodal::coordinator {
namespace {

constexpr double kSlowBlas = 30;    // GFLOP/s of one core
constexpr double kLittleSpace = 2;  // GiB: a sweep's database and checkpoints
constexpr double kNoSpace = 0.1;
constexpr double kTemporaryMebibytes = 64;  // scripts/sweep refuses less, too

}  // namespace

Finding judge_blas(double gflops_per_core) {
  const std::string text = fmt::format("{:.0f} GFLOP/s per core", gflops_per_core);
  if (gflops_per_core >= kSlowBlas) return {"BLAS", Verdict::ok, text, ""};
  return {"BLAS", Verdict::warn, text + ", slow: trials take several times as long",
          "apt install libopenblas0-pthread"};
}

Finding judge_cores(const Cores& cores) {
  std::string text =
      fmt::format("{} usable, LibTorch's default threads {}, OMP_NUM_THREADS {}", cores.usable,
                  cores.default_threads, cores.omp_num_threads.empty() ? "not set" : cores.omp_num_threads);
  if (cores.quota > 0 && cores.quota < cores.usable) {
    text += fmt::format(", container's quota {:.1f} cores", cores.quota);
    if (cores.default_threads > std::ceil(cores.quota)) {
      return {"cores", Verdict::warn, text,
              "set OMP_NUM_THREADS to at most the quota, as scripts/sweep does"};
    }
  }
  if (cores.default_threads > cores.usable) {
    return {"cores", Verdict::warn, text,
            "set OMP_NUM_THREADS to at most the usable cores, as scripts/sweep does"};
  }
  return {"cores", Verdict::ok, text, ""};
}

double quota_of(std::string_view cpu_max) {
  std::istringstream words{std::string(cpu_max)};
  double quota = 0;
  double period = 0;
  if (!(words >> quota >> period) || quota <= 0 || period <= 0) return 0;
  return quota / period;
}

Finding judge_mpi(const std::string& version) {
  const std::string text = version.substr(0, version.find_first_of(",\n"));
  if (text.rfind("Open MPI v4.", 0) == 0) return {"MPI", Verdict::ok, text, ""};
  return {"MPI", Verdict::warn, text + ": made for Open MPI 4.1",
          "install Open MPI 4.1; with others the death of a rank may end the sweep, which the same command "
          "resumes"};
}

Finding judge_launcher(int exit_code, const std::string& first_line) {
  constexpr int kTimedOut = 124;
  constexpr int kNotFound = 127;
  switch (exit_code) {
    case 0:
      return {"mpirun", Verdict::ok, first_line, ""};
    case kNotFound:
      return {"mpirun", Verdict::fail, "not in PATH",
              "apt install openmpi-bin, or load your cluster's MPI module"};
    case kTimedOut:
      return {"mpirun", Verdict::fail, "gave no answer in time",
              "look at the host's name and at $TMPDIR's disk"};
    default:
      return {"mpirun", Verdict::fail, fmt::format("exit code {}: {}", exit_code, first_line),
              "run mpirun --version by hand"};
  }
}

Finding judge_nccl(const Nccl& nccl) {
  const std::string built =
      nccl.built_with.empty() ? "built without NCCL" : fmt::format("built with {}", nccl.built_with);
  if (nccl.file.empty()) {
    if (!nccl.gpus)
      return {"NCCL", Verdict::ok, fmt::format("not found; not needed without GPUs; {}", built), ""};
    return {"NCCL", Verdict::warn,
            fmt::format("libnccl.so.2 not found: a trial can use only one GPU; {}", built),
            "apt install libnccl2, or add its folder to LD_LIBRARY_PATH"};
  }
  if (nccl.version.empty()) {
    return {"NCCL", Verdict::warn, fmt::format("{} does not tell its version; {}", nccl.file, built),
            "reinstall NCCL"};
  }
  const std::string text = fmt::format("{} at {}; {}", nccl.version, nccl.file, built);
  if (nccl.gpus && nccl.built_with.empty()) {
    return {"NCCL", Verdict::warn, text + ": a trial can use only one GPU",
            "install NCCL's headers (libnccl-dev) and build again"};
  }
  return {"NCCL", Verdict::ok, text, ""};
}

Finding judge_mps(const Mps& mps) {
  if (!mps.gpus) return {"MPS", Verdict::ok, "not needed without GPUs", ""};
  if (mps.daemon) return {"MPS", Verdict::ok, "runs: trials that share a GPU run at the same time", ""};
  if (!mps.control.empty()) {
    return {"MPS", Verdict::ok,
            fmt::format("no daemon is seen here; {} is there, so one may run outside", mps.control), ""};
  }
  return {"MPS", Verdict::ok,
          "does not run: trials that share a GPU take turns (nvidia-cuda-mps-control -d starts it)", ""};
}

std::string nccl_version(int number) {
  const int scale = number >= 10000 ? 10000 : 1000;
  return fmt::format("{}.{}.{}", number / scale, number % scale / 100, number % 100);
}

Finding judge_temporary_folder(const std::string& folder, const Space& space) {
  const char* cure = "free some space, or set TMPDIR to another folder of a local disk";
  if (!space.trouble.empty()) {
    return {"TMPDIR", Verdict::fail, fmt::format("{}: {}", folder, space.trouble), cure};
  }
  const double mebibytes = space.gibibytes * 1024;
  std::string text = mebibytes < 1024 ? fmt::format("{}: {:.0f} MiB free", folder, mebibytes)
                                      : fmt::format("{}: {:.1f} GiB free", folder, space.gibibytes);
  if (mebibytes >= kTemporaryMebibytes) return {"TMPDIR", Verdict::ok, text, ""};
  return {"TMPDIR", Verdict::fail, text + ", on which mpirun may hang", cure};
}

Finding judge_file_system(const std::string& network, const std::string& locks) {
  const char* cure =
      "keep the database on a local disk of the first host; data and checkpoints may be shared";
  if (network.empty())
    return {"file system", Verdict::ok, "local: the database uses the write-ahead log", ""};
  if (!locks.empty()) {
    return {"file system", Verdict::fail,
            fmt::format("{}: {}, so two sweeps on one database cannot be kept apart", network, locks), cure};
  }
  return {
      "file system", Verdict::warn,
      fmt::format("{}, shared between hosts, its locks work: the database uses the slower rollback journal",
                  network),
      cure};
}

Finding judge_space(const std::string& folder, double free_gibibytes) {
  const std::string text = fmt::format("{}: {:.1f} GiB free", folder, free_gibibytes);
  if (free_gibibytes < kNoSpace) return {"disk", Verdict::fail, text, "free some space"};
  if (free_gibibytes < kLittleSpace) {
    return {"disk", Verdict::warn, text, "free some space: a sweep's database and checkpoints may need more"};
  }
  return {"disk", Verdict::ok, text, ""};
}

}  // namespace missmodal::coordinator
