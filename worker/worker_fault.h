#pragma once
// What makes a worker unfit for a sweep, as an exception.

#include "sweeps/error.h"

namespace missmodal::worker {

// Something is missing or different where this worker runs; the same assignment may well do elsewhere. Never
// for what a configuration asks for.
class WorkerFault : public RunError {
 public:
  using RunError::RunError;
};

}  // namespace missmodal::worker
