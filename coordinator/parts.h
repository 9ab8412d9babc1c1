#pragma once
// A rank's part in an assignment, and how it ends.

#include <string>
#include <vector>

#include "coordinator/effects.h"
#include "coordinator/state.h"

namespace missmodal::coordinator {

// The rank's part in the assignment is over and it is idle again. Nothing where its message is about
// something else than what it holds.
Assignment* end_part(State& state, int rank, worker::AssignmentId id);

// Its mates cannot end it without the member that failed.
void cancel(Assignment& assignment, Effects& effects);

// Once the last member has answered, the assignment is over.
void conclude(State& state, Assignment& assignment, Effects& effects);

// Its process is gone, or as good as gone: it gets no more work and is not spoken to, unless it says Ready.
// Precondition: it works on nothing.
void take_for_dead(State& state, int rank, const std::string& reason, Effects& effects);

// Members that a mate waited for in vain, and that have not answered us either: they get no more work, and
// are waited for no longer.
void set_aside_silent(State& state, Assignment& assignment, const std::vector<int>& silent, Effects& effects);

}  // namespace missmodal::coordinator
