#include <mpi.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
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

Finding examine_temporary_folder() {
  std::string folder = "/tmp";
  for (const char* variable : {"TMPDIR", "TEMP", "TMP"}) {  // Open MPI's order
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    folder = value;
    break;
  }
  return judge_temporary_folder(folder, free_space(folder));
}

}  // namespace missmodal::coordinator
