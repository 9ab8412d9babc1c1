#include "coordinator/dismiss.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <variant>

#include "worker/memory_transport.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {
namespace {

using namespace std::chrono_literals;

// How often it was told to stop; it was told nothing else.
int stops(worker::MemoryTransport& rank) {
  int count = 0;
  while (const auto envelope = rank.receive()) {
    EXPECT_TRUE(std::holds_alternative<worker::Stop>(worker::decode(envelope->bytes)));
    ++count;
  }
  return count;
}

TEST(Dismiss, TellsEveryRankOnceHoweverMuchTheOthersSay) {
  const auto boxes = std::make_shared<worker::Mailboxes>(4);
  worker::MemoryTransport rank_0(boxes, 0), talkative(boxes, 1), quiet(boxes, 2), late(boxes, 3);
  for (int i = 0; i < 5; ++i) talkative.send(0, worker::encode(worker::Ready{}));
  quiet.send(0, worker::encode(worker::Ready{}));
  std::thread start([boxes] {
    std::this_thread::sleep_for(100ms);
    worker::MemoryTransport(boxes, 3).send(0, worker::encode(worker::Ready{}));
  });
  EXPECT_TRUE(dismiss(rank_0, 60s));
  start.join();
  EXPECT_EQ(stops(talkative), 1);
  EXPECT_EQ(stops(quiet), 1);
  EXPECT_EQ(stops(late), 1);
}

TEST(Dismiss, WaitsForASilentRankNoLongerThanTheLimit) {
  const auto boxes = std::make_shared<worker::Mailboxes>(3);
  worker::MemoryTransport rank_0(boxes, 0), heard(boxes, 1);
  heard.send(0, worker::encode(worker::Ready{}));
  EXPECT_FALSE(dismiss(rank_0, 50ms));
  EXPECT_EQ(stops(heard), 1);
}

}  // namespace
}  // namespace missmodal::coordinator
