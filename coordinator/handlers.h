#pragma once
// What each event does: pure functions from state and event to a new state, what to commit and what to send.
// They touch no clock, no MPI and no database; the loop commits first and sends then.

#include <vector>

#include "coordinator/state.h"
#include "results/change.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {

struct Outgoing {
  int rank = 0;
  worker::Message message;
};

struct Effects {
  std::vector<results::Change> commits;
  std::vector<Outgoing> sends;
};

// Once, before any message: plans what can be planned. May end the sweep at once (everything was accepted
// before).
Effects on_start(State& state);

Effects on_ready(State& state, int rank, const worker::Ready& ready);

// Refused without effect where the attempt is not the one that this rank works on.
Effects on_finished(State& state, int rank, const worker::Finished& finished);
Effects on_failed(State& state, int rank, const worker::Failed& failed);

// The user or the queue wants us to stop: running attempts are interrupted; the sweep ends when the last has
// answered.
Effects on_interrupt(State& state);

}  // namespace missmodal::coordinator
