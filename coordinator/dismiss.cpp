#include "coordinator/dismiss.h"

#include <set>
#include <thread>

#include "worker/protocol.h"

namespace missmodal::coordinator {

bool dismiss(worker::Transport& transport, std::chrono::milliseconds limit) {
  const auto workers = static_cast<std::size_t>(transport.size() - 1);
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::set<int> told;
  while (told.size() < workers && std::chrono::steady_clock::now() < deadline) {
    if (const auto envelope = transport.receive()) {
      if (told.insert(envelope->source).second) {
        transport.send(envelope->source, worker::encode(worker::Stop{}));
      }
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  transport.flush(std::chrono::seconds(10));
  return told.size() == workers;
}

}  // namespace missmodal::coordinator
