#pragma once
// Who lives, who hangs, who got how far: handlers as those of handlers.h.

#include <optional>
#include <string>
#include <vector>

#include "coordinator/effects.h"
#include "coordinator/state.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {

inline constexpr double kSilentSeconds =
    3.0 * worker::kBeatInterval.count();  // without a word, and a worker is taken for dead

// Anything came of the rank, before it is handled. One that was taken for dead is told to start anew, once:
// what it has to say may come in many words.
Effects on_heard(State& state, int rank);
void on_beat(State& state, int rank, const worker::Beat& beat);

// So many seconds have passed in which we could have heard something: those that we slept through do not
// count, or every worker would be dead to a coordinator that was stopped. When ranks that never started are
// waited for no longer, nobody else brings the word.
Effects on_tick(State& state, double seconds);
// Those who have been silent for too long.
std::vector<int> overdue(const State& state);

// The rank is taken for dead. What it worked on goes on elsewhere; it counts as its fault where its process
// left last words, or where the kernel killed something for memory on its host since it was last heard of.
Effects on_lost(State& state, int rank, const std::optional<std::string>& last_words);

// A word about another assignment than the rank's has no effect.
Effects on_resumed(State& state, int rank, const worker::Resumed& resumed);
Effects on_saved(State& state, int rank, const worker::Saved& saved);
void on_progress(State& state, int rank, const worker::Progress& progress);

// The time of the job is nearly up: no attempt is started any more, those that run go on.
Effects on_last_orders(State& state);

}  // namespace missmodal::coordinator
