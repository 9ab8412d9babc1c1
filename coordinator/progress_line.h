#pragma once
// How far the sweep is, in one line.

#include <chrono>
#include <string>

#include "coordinator/state.h"

namespace missmodal::coordinator {

struct Pace {
  std::chrono::duration<double> elapsed{0};  // since this run began
  int ended = 0;                             // cells that ended in this run
};

// `search 13/50, final 0/5 | 2 running on 8 ranks, 1 failed attempt | 12 s a cell, about 8 min left`. What is
// left counts the stages that are planned already.
std::string progress_line(const State& state, const Pace& pace, int failed_attempts);

}  // namespace missmodal::coordinator
