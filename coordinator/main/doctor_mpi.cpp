#include <fmt/format.h>
#include <mpi.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "coordinator/main/doctor_finding.h"

namespace missmodal::coordinator {
namespace {

struct Output {
  int exit_code = -1;
  std::string first_line;
};

Output run_command(const std::string& command) {
  Output output;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  std::string text;
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
  const int status = pclose(pipe);
  output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  output.first_line = text.substr(0, text.find('\n'));
  return output;
}

}  // namespace

Finding examine_mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  if (MPI_Get_library_version(text.data(), &length) != MPI_SUCCESS) {
    return {"MPI", Verdict::fail, "the library does not tell its version",
            "reinstall Open MPI: scripts/setup"};
  }
  std::string version(text.data(), static_cast<std::size_t>(length));
  version = version.substr(0, version.find(','));
  if (version.rfind("Open MPI v4.", 0) == 0) return {"MPI", Verdict::ok, version, ""};
  return {"MPI", Verdict::warn, version,
          "built for Open MPI 4.1: with another, the death of a rank may end the whole sweep (run it again "
          "to go on)"};
}

Finding examine_launcher() {
  const Output output = run_command("timeout 10 mpirun --version 2>&1");
  constexpr int kNotFound = 127;
  constexpr int kTimedOut = 124;
  if (output.exit_code == 0) return {"mpirun", Verdict::ok, output.first_line, ""};
  if (output.exit_code == kNotFound) {
    return {"mpirun", Verdict::fail, "not in PATH",
            "apt install openmpi-bin, or load your cluster's MPI module"};
  }
  if (output.exit_code == kTimedOut) {
    return {"mpirun", Verdict::fail, "gave no answer within 10 s",
            "check the host name and the file system of $TMPDIR"};
  }
  return {"mpirun", Verdict::fail, fmt::format("exit code {}: {}", output.exit_code, output.first_line),
          "run mpirun --version by hand"};
}

}  // namespace missmodal::coordinator
