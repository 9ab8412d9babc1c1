#include "worker/memory_transport.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "sweeps/error.h"
#include "trainer/parallel/message_communicator.h"

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

TEST(MemoryTransport, WaitsForAMessageOrUntilItIsWoken) {
  constexpr std::chrono::hours kEver{1};
  const auto boxes = std::make_shared<Mailboxes>(2);
  MemoryTransport a(boxes, 0), b(boxes, 1);
  std::thread other([&] { a.send(1, "word"); });
  b.wait_for_work(kEver);
  EXPECT_EQ(b.receive()->bytes, "word");
  other.join();
  other = std::thread([&] { b.wake(); });
  b.wait_for_work(kEver);
  other.join();
  EXPECT_FALSE(b.receive().has_value());
  b.wait_for_work(std::chrono::microseconds(1));  // the limit
  b.wake();
  b.wait_for_work(kEver);  // woken before
}

// The members of a gang are named by place, which is no rank.
TEST(MemoryTransport, CarriesTheExchangesOfGangs) {
  const auto boxes = std::make_shared<Mailboxes>(4);
  std::vector<std::thread> ranks;
  for (const int rank : {1, 2, 3}) {
    ranks.emplace_back([&, rank] {
      MemoryTransport transport(boxes, rank);
      for (const std::int64_t assignment : {7, 8}) {
        trainer::MessageCommunicator gang(transport.exchange(assignment, {3, 1, 2}),
                                          std::chrono::seconds(60));
        EXPECT_EQ(gang.rank(), rank % 3);
        const auto value = std::make_shared<std::int64_t>(rank);
        gang.broadcast({value, 1, trainer::ElementType::int64}, 0);
        EXPECT_EQ(*value, 3);
      }
    });
  }
  for (std::thread& rank : ranks) rank.join();
}

}  // namespace
}  // namespace missmodal::worker
