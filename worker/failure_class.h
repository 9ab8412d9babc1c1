#pragma once
// What an exception out of a training says of its attempt.

#include <exception>

#include "sweeps/failure.h"

namespace missmodal::worker {

// WorkerFault is a worker_fault, InputError a data_error, RunError a run_error; a failed allocation, which
// LibTorch reports as different exceptions in different versions and on different devices, is out_of_memory;
// everything else is a bug.
sweeps::FailureClass failure_class(const std::exception& error);

}  // namespace missmodal::worker
