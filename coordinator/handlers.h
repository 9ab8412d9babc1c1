#pragma once
// What each event does: pure functions from state and event to a new state, what to commit and what to send.
// They touch no clock, no MPI and no database; the loop commits first and sends then.

#include "coordinator/effects.h"
#include "coordinator/state.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {

// Once, before any message: every stage is either planned as the sweep file says now, or leaves the tables
// until it can be. May end the sweep at once (everything was accepted before).
Effects on_start(State& state);

// A rank that was working loses its assignment: its process is a new one. A rank that cannot work for this
// sweep (another protocol, no GPU where one is asked for, another kind of device) is set aside.
Effects on_ready(State& state, int rank, const worker::Ready& ready);

// Each is refused without effect where the assignment is not the one that this rank works on. An attempt is
// judged once: by its leader's result or by the first member that knows why it failed, whose mates are told
// to give it up; where none does, when all have answered. A member that a mate calls silent, and that has not
// answered, is set aside and waited for no longer.
Effects on_finished(State& state, int rank, const worker::Finished& finished);
Effects on_released(State& state, int rank, const worker::Released& released);
Effects on_failed(State& state, int rank, const worker::Failed& failed);

// The user or the queue wants us to stop: running attempts are interrupted; the sweep ends when the last is
// judged.
Effects on_interrupt(State& state);

}  // namespace missmodal::coordinator
