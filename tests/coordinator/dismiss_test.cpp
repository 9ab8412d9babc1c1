#include "coordinator/dismiss.h"

#include <gtest/gtest.h>

#include <memory>
#include <variant>

#include "worker/memory_transport.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {
namespace {

// How often it was told to stop; it was told nothing else.
int stops(worker::MemoryTransport& rank) {
  int count = 0;
  while (const auto envelope = rank.receive()) {
    EXPECT_TRUE(std::holds_alternative<worker::Stop>(worker::decode(envelope->bytes)));
    ++count;
  }
  return count;
}

TEST(Dismiss, TellsEveryRankOnceHoweverMuchItSaid) {
  const auto boxes = std::make_shared<worker::Mailboxes>(4);
  worker::MemoryTransport rank_0(boxes, 0), talkative(boxes, 1), quiet(boxes, 2), late(boxes, 3);
  for (int i = 0; i < 5; ++i) talkative.send(0, worker::encode(worker::Ready{}));
  quiet.send(0, worker::encode(worker::Ready{}));
  dismiss(rank_0);
  late.send(0, worker::encode(worker::Ready{}));
  EXPECT_EQ(stops(talkative), 1);
  EXPECT_EQ(stops(quiet), 1);
  EXPECT_EQ(stops(late), 1);
}

}  // namespace
}  // namespace missmodal::coordinator
