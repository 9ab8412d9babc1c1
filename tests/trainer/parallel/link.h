#pragma once
// What lies between the members of a gang on one host.

#include <chrono>
#include <memory>
#include <utility>

#include "trainer/parallel/message_communicator.h"
#include "trainer/parallel/shared_communicator.h"

namespace missmodal::trainer {

enum class Link { messages, memory };

// Collective for memory.
inline std::unique_ptr<Communicator> connected(Link link, std::shared_ptr<Exchange> exchange,
                                               std::chrono::milliseconds limit) {
  auto messages = std::make_unique<MessageCommunicator>(std::move(exchange), limit);
  if (link == Link::messages) return messages;
  return SharedCommunicator::over(std::move(messages));
}

}  // namespace missmodal::trainer
