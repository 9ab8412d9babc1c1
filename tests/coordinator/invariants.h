#pragma once
// What holds of a coordinator's state after every event, whatever happened.

#include "coordinator/state.h"

namespace missmodal::coordinator {

// Throws std::runtime_error naming the first that does not hold.
void check_invariants(const State& state);

}  // namespace missmodal::coordinator
