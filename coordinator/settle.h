#pragma once
// What follows from an event: what can be planned, given out or ended now.

#include "coordinator/effects.h"
#include "coordinator/state.h"

namespace missmodal::coordinator {

// The sweep ends with this verdict as soon as the running attempts have answered.
void close(State& state, Verdict verdict, Effects& effects);

// After every event: plan and select what has become possible, give idle ranks work, notice the end. Who has
// not answered about an attempt that is judged holds nothing up: it was told to leave.
void settle(State& state, Effects& effects);

}  // namespace missmodal::coordinator
