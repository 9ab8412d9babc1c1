#pragma once
// What an MPI call returned.

namespace missmodal::worker {

// Throws RunError with the call and MPI's text unless `code` is MPI_SUCCESS.
void check_mpi(int code, const char* call);

}  // namespace missmodal::worker
