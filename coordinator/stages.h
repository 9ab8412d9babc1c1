#pragma once
// How a sweep goes from stage to stage: a stage is planned as soon as the search that it comes from has
// selected, and a search selects once all of its cells have ended.

#include "coordinator/effects.h"
#include "coordinator/state.h"

namespace missmodal::coordinator {

// At the start: forgets the winners that no longer fit, then advances. What cannot be planned yet leaves the
// tables, with the cells of its earlier plan.
void begin_stages(State& state, Effects& effects);

// Plans and selects what has become possible.
void advance_stages(State& state, Effects& effects);

}  // namespace missmodal::coordinator
