#pragma once
// What a rank does that trains.

#include "worker/mpi_transport.h"
#include "worker/transport.h"
#include "worker/worker.h"

namespace missmodal::coordinator {

// The worker that this process is, the `local`-th of its host.
worker::Identity identity_here(int local);

// Trains what it is given until it is told to stop. Ends the process where a training hangs.
void work(worker::Transport& transport, const worker::Identity& identity,
          const worker::WorkerPace& pace = {});

// The same for a rank of its own, which then leaves with the others; returns its exit code. Ends the process
// where there is nobody to leave with.
int run_as_worker(worker::MpiTransport& transport);

}  // namespace missmodal::coordinator
