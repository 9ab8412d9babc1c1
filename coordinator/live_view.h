#pragma once
// What the live page gets of the state.

#include "coordinator/state.h"
#include "results/web/live.h"

namespace missmodal::coordinator {

results::web::Live live_view(const State& state);

}  // namespace missmodal::coordinator
