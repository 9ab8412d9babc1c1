#include "worker/memory_transport.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "sweeps/error.h"

namespace missmodal::worker {
namespace {

TEST(MemoryTransport, DeliversInOrderToTheAddressee) {
  const auto boxes = std::make_shared<Mailboxes>(3);
  MemoryTransport a(boxes, 0), b(boxes, 1), c(boxes, 2);
  a.send(1, "first");
  a.send(1, "second");
  c.send(0, "other");
  EXPECT_EQ(b.receive()->bytes, "first");
  EXPECT_EQ(b.receive()->bytes, "second");
  EXPECT_FALSE(b.receive().has_value());
  const auto envelope = a.receive();
  EXPECT_EQ(envelope->source, 2);
  EXPECT_EQ(envelope->bytes, "other");
}

TEST(MemoryTransport, RefusesWhatMpiCouldNotSend) {
  const auto boxes = std::make_shared<Mailboxes>(2);
  MemoryTransport a(boxes, 0), b(boxes, 1);
  EXPECT_THROW(a.send(1, std::string(kLargestMessage + 1, 'x')), RunError);
  EXPECT_FALSE(b.receive().has_value());
  EXPECT_DEATH(a.send(0, "to itself"), "to != transport.rank");
  EXPECT_DEATH(a.send(2, "to nobody"), "to < transport.size");
}

TEST(MemoryTransport, CarriesMessagesBetweenThreads) {
  constexpr int kCount = 1000;
  const auto boxes = std::make_shared<Mailboxes>(2);
  std::thread sender([&] {
    MemoryTransport there(boxes, 1);
    for (int i = 0; i < kCount; ++i) there.send(0, std::to_string(i));
  });
  MemoryTransport here(boxes, 0);
  for (int i = 0; i < kCount;) {
    const auto envelope = here.receive();
    if (!envelope) continue;
    EXPECT_EQ(envelope->bytes, std::to_string(i));
    ++i;
  }
  sender.join();
}

}  // namespace
}  // namespace missmodal::worker
