#pragma once
// Sends the workers away where there will be no sweep, or no more of it.

#include "worker/transport.h"

namespace missmodal::coordinator {

// Tells every worker rank to stop, whatever it does: so that a bad sweep file, or trouble, ends the job in
// order.
void dismiss(worker::Transport& transport);

}  // namespace missmodal::coordinator
