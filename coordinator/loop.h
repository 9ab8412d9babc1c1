#pragma once
// The coordinator's loop on rank 0: hears messages, calls handlers, commits, then sends. [Boost.Asio]

#include <chrono>
#include <functional>
#include <optional>

#include "coordinator/state.h"
#include "results/store.h"
#include "worker/transport.h"

namespace missmodal::coordinator {

enum class ProgressStyle { log, live };  // a line now and then, or one line rewritten in place (a terminal)

// The second signal: whoever catches this ends the process at once, with exit code 4. The verdict was
// written, unless another program had the database locked.
struct StopAtOnce {};

using Onlooker = std::function<void(const State& state)>;

// Runs the sweep to its verdict and tells every worker rank to stop, which may still be under way. SIGINT,
// SIGTERM, SIGHUP (unless it is ignored, as under nohup) and SIGUSR1 stop it early (exit code 4); the second
// of INT, TERM and HUP throws StopAtOnce. While another program has the database locked, nothing is sent and
// training goes on, for as long as the store's patience lasts. Throws RunError where the store or the
// transport fails; what was committed before is safe.
//
// A worker that says nothing for three beats is taken for dead, and its work given to another. Checkpoints of
// cells that have ended are removed. With a `deadline` everything is interrupted half a minute before
// it, as by a signal, and for a while before that no attempt is started.
//
// An `onlooker` is shown the state ten times a second at most, and takes a fiftieth of the loop's time at
// most; it must not throw.
Verdict run_loop(State& state, results::Store& store, worker::Transport& transport, ProgressStyle style,
                 std::optional<std::chrono::system_clock::time_point> deadline = std::nullopt,
                 Onlooker onlooker = {});

// Tells every worker that may live that the coordinator does, where two seconds have passed since the last
// time; false where they have not.
class Pulses {
 public:
  bool send(const State& state, worker::Transport& transport);

 private:
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace missmodal::coordinator
