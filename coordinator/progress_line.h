#pragma once
// How far the sweep is, in one line.

#include <chrono>
#include <optional>
#include <string>

#include "coordinator/state.h"

namespace missmodal::coordinator {

struct Pace {
  std::chrono::duration<double> elapsed{0};  // since this run began
  int ended = 0;                             // cells that ended in this run
};

// Of the first search that is not done, "best mae 0.6123 at alpha=0.3 beta=0.7", or of many settings only
// "in search"; "" where nothing has ended. Looks at every trial.
std::string best_so_far(const State& state);

// What the whole sweep still takes; nothing before a cell has ended.
std::optional<results::Remaining> remaining(const State& state);

// `search 13/50, final waits | 2 running on 8 ranks, 1 failed attempt | best mae 0.6123 at alpha=0.3 beta=0.7
// | 12 s a cell, about 8 min left (6 to 11 min)`; of many stages `12 of 30 stages done, 14 wait, search_misa
// 13/50`. `best`: best_so_far().
std::string progress_line(const State& state, const Pace& pace, int failed_attempts,
                          const std::string& best = "");

}  // namespace missmodal::coordinator
