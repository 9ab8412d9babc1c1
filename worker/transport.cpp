#include "worker/transport.h"

#include <fmt/format.h>

#include "sweeps/error.h"

namespace missmodal::worker {

void check_send(const Transport& transport, int to, const std::string& bytes) {
  MISSMODAL_CHECK(to >= 0 && to < transport.size() && to != transport.rank());
  if (bytes.size() > kLargestMessage) {
    throw RunError(fmt::format("rank {}: a message of {} bytes to rank {}: at most {} can be sent",
                               transport.rank(), bytes.size(), to, kLargestMessage));
  }
}

}  // namespace missmodal::worker
