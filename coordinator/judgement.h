#pragma once
// What becomes of a cell when its attempt ends. Each function judges an attempt that is not judged yet, and
// commits that.

#include <string>

#include "coordinator/effects.h"
#include "coordinator/state.h"

namespace missmodal::coordinator {

// The leader's result: the cell has ended.
void accept(State& state, Assignment& assignment, const sweeps::TrialResult& trained, Effects& effects);

// What this member says ended it. The cell is tried again, behind all others, or parked; where the first
// attempts all failed alike, State::alike says so.
void fail(State& state, Assignment& assignment, int rank, const worker::Failed& failed, Effects& effects);

// The attempt says nothing about the cell, which is the next to be tried.
void give_back(State& state, Assignment& assignment, sweeps::FailureClass failure, const std::string& message,
               Effects& effects);

// One of its processes died without a word, as by SIGKILL: nobody's fault, and the cell is the next to be
// tried. Only after very many in a row that got to no new checkpoint it is parked.
void lose(State& state, Assignment& assignment, const std::string& message, Effects& effects);

// Every member has answered, and none with a result or a reason of its own.
void fail_unexplained(State& state, Assignment& assignment, Effects& effects);

}  // namespace missmodal::coordinator
