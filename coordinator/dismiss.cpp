#include "coordinator/dismiss.h"

#include "worker/protocol.h"

namespace missmodal::coordinator {

void dismiss(worker::Transport& transport) {
  for (int rank = 1; rank < transport.size(); ++rank) transport.send(rank, worker::encode(worker::Stop{}));
}

}  // namespace missmodal::coordinator
