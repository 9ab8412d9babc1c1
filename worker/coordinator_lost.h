#pragma once
// The coordinator has given no sign of life: there is nobody to report to, nor to leave with.

#include "sweeps/error.h"

namespace missmodal::worker {

class CoordinatorLost : public RunError {
 public:
  using RunError::RunError;
};

}  // namespace missmodal::worker
