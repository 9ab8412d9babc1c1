#pragma once
// What the doctor makes of what it saw: pure functions of the facts.

#include <string>
#include <string_view>

#include "coordinator/main/doctor/doctor_finding.h"

namespace missmodal::coordinator {

// Speed of a single-precision matrix product. A reference BLAS reaches 1 to 8, OpenBLAS 40 to 150 on cores
// with AVX2.
Finding judge_blas(double gflops_per_core);

struct Cores {
  int usable = 1;               // of this process's CPU set
  double quota = 0;             // cores that the container's CPU quota allows; 0: no quota
  int default_threads = 1;      // what LibTorch starts where nothing else is said
  std::string omp_num_threads;  // as set, "" if not
};
Finding judge_cores(const Cores& cores);

// Cores allowed by the text of cgroup 2's cpu.max ("max 100000", "150000 100000"); 0: no limit.
double quota_of(std::string_view cpu_max);

// `version` is the whole text of MPI_Get_library_version.
Finding judge_mpi(const std::string& version);

// What `mpirun --version` returned: exit code as a shell tells it (124: ended by timeout, 127: not found).
Finding judge_launcher(int exit_code, const std::string& first_line);

struct Nccl {
  bool gpus = false;         // that LibTorch sees
  std::string file{};        // of the library that a program finds here; empty where there is none
  std::string version{};     // its own word; empty where it gives none
  std::string built_with{};  // the headers' version; empty where this program was built without NCCL
};
Finding judge_nccl(const Nccl& nccl);

// CUDA's multi-process service lets the trials of several ranks run on one GPU at the same time.
struct Mps {
  bool gpus = false;
  bool daemon = false;    // its processes are seen
  std::string control{};  // its control file, where there is one; it may have outlived the daemon
};
Finding judge_mps(const Mps& mps);

// ncclGetVersion's number: major * 10000 + minor * 100 + patch; before 2.9 major * 1000 + minor * 100 +
// patch.
std::string nccl_version(int number);

// mpirun takes 4 MiB and a little for each rank, and hangs where it gets less.
Finding judge_temporary_folder(const std::string& folder, const Space& space);

// `network` is the name of a file system that hosts share, "" for a local one; `locks` what is wrong with its
// locks.
Finding judge_file_system(const std::string& network, const std::string& locks);

Finding judge_space(const std::string& folder, double free_gibibytes);

}  // namespace missmodal::coordinator
