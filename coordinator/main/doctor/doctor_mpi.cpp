#include <mpi.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "coordinator/main/doctor/doctor_finding.h"
#include "coordinator/main/doctor/doctor_judgement.h"

namespace missmodal::coordinator {

Finding examine_mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  if (MPI_Get_library_version(text.data(), &length) != MPI_SUCCESS) {
    return {"MPI", Verdict::fail, "the library does not tell its version",
            "reinstall Open MPI: scripts/setup"};
  }
  return judge_mpi(text.data());
}

Finding examine_launcher() {
  std::FILE* pipe = popen("timeout 10 mpirun --version 2>&1", "r");
  if (pipe == nullptr)
    return {"mpirun", Verdict::fail, "cannot be started", "look at the limits of processes and memory"};
  std::string text;
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
  const int status = pclose(pipe);
  return judge_launcher(WIFEXITED(status) ? WEXITSTATUS(status) : -1, text.substr(0, text.find('\n')));
}

}  // namespace missmodal::coordinator
