#pragma once
// The coordinator's loop on rank 0: hears messages, calls handlers, commits, then sends. [Boost.Asio]

#include "coordinator/state.h"
#include "results/store.h"
#include "worker/transport.h"

namespace missmodal::coordinator {

enum class ProgressStyle { log, live };  // a line now and then, or one line rewritten in place (a terminal)

// Runs the sweep to its verdict and tells every worker rank to stop. SIGINT, SIGTERM and SIGUSR1 stop it
// early (exit code 4). Throws RunError where the store or the transport fails; what was committed before is
// safe.
Verdict run_loop(State& state, results::Store& store, worker::Transport& transport, ProgressStyle style);

}  // namespace missmodal::coordinator
