#pragma once
// Sends the workers away where there will be no sweep.

#include <chrono>

#include "worker/transport.h"

namespace missmodal::coordinator {

// Tells every worker rank to stop, each once, as soon as it has said anything: so that a bad sweep file ends
// the job in order. False where some rank said nothing within the limit.
bool dismiss(worker::Transport& transport, std::chrono::milliseconds limit);

}  // namespace missmodal::coordinator
