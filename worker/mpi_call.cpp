#include "worker/mpi_call.h"

#include <fmt/format.h>
#include <mpi.h>

#include <string>

#include "sweeps/error.h"

namespace missmodal::worker {

void check_mpi(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw RunError(fmt::format("{}: {}", call, std::string(text, static_cast<std::size_t>(length))));
}

}  // namespace missmodal::worker
