#pragma once
// The coordinator's loop on rank 0: hears messages, calls handlers, commits, then sends. [Boost.Asio]

#include "coordinator/state.h"
#include "results/store.h"
#include "worker/transport.h"

namespace missmodal::coordinator {

enum class ProgressStyle { log, live };  // a line now and then, or one line rewritten in place (a terminal)

// The second signal: whoever catches this ends the process at once, with exit code 4. The verdict was
// written, unless another program had the database locked.
struct StopAtOnce {};

// Runs the sweep to its verdict and tells every worker rank to stop. SIGINT, SIGTERM, SIGHUP (unless it is
// ignored, as under nohup) and SIGUSR1 stop it early (exit code 4); the second of INT, TERM and HUP throws
// StopAtOnce. While another program has the database locked, nothing is sent and training goes on, for as
// long as the store's patience lasts. Throws RunError where the store or the transport fails; what was
// committed before is safe.
Verdict run_loop(State& state, results::Store& store, worker::Transport& transport, ProgressStyle style);

}  // namespace missmodal::coordinator
