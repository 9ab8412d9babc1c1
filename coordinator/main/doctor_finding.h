#pragma once
// What `missmodal doctor` looks at, one function each. A finding never throws for what it looks at: trouble
// is a verdict.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace missmodal::coordinator {

enum class Verdict { ok, warn, fail };

struct Finding {
  std::string name;
  Verdict verdict = Verdict::ok;
  std::string text;  // what was seen, one line
  std::string cure;  // what to do, one line; empty where the verdict is ok
};

// doctor_compute.cpp
Finding examine_libtorch();
Finding examine_blas();  // takes under a second
Finding examine_cores();
Finding examine_gpus();
Finding examine_nccl();

// doctor_mpi.cpp
Finding examine_mpi_library();  // without MPI_Init
Finding examine_launcher();     // starts `mpirun --version`, for at most 10 s

// doctor_storage.cpp. `folder` must exist.
Finding examine_disk(const std::filesystem::path& folder);
Finding examine_file_system(const std::filesystem::path& folder);
Finding examine_sqlite();

// Single-precision matrix product, as GFLOP per second of one core. A reference BLAS reaches 1 to 5, OpenBLAS
// 50 to 150 on cores with AVX2.
Finding judge_blas(double gflops_per_core);

// How many cores a CPU quota allows, from the text of cgroup 2's cpu.max ("max 100000", "150000 100000"); 0:
// no limit.
double quota_of(std::string_view cpu_max);

// Name of the file system with this statfs f_type, and whether other hosts write to it too. Unknown types are
// local.
struct FileSystem {
  std::string name;
  bool network = false;
};
FileSystem file_system_of(long type);

}  // namespace missmodal::coordinator
