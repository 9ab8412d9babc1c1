#pragma once
// What `missmodal doctor` looks at, one function each. None throws for what it looks at: trouble is a
// verdict.

#include <filesystem>
#include <string>

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
Finding examine_mps();

// doctor_mpi.cpp
Finding examine_mpi_library();       // without MPI_Init
Finding examine_launcher();          // starts `mpirun --version`, for at most 10 s
Finding examine_temporary_folder();  // of Open MPI: what TMPDIR names, else /tmp

// doctor_storage.cpp. `folder` must exist.
struct Space {
  double gibibytes = 0;  // free to this process
  std::string trouble;   // why the folder cannot be written; empty if it can
};
Space free_space(const std::filesystem::path& folder);
Finding examine_disk(const std::filesystem::path& folder);
Finding examine_file_system(const std::filesystem::path& folder);
Finding examine_sqlite();

}  // namespace missmodal::coordinator
