#include "trainer/parallel/memory_exchange.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "tests/trainer/parallel/small_gang.h"

namespace missmodal::trainer {
namespace {

using std::chrono::seconds;

Bytes bytes(const Values<char>& values) {
  return {{values, values->data()}, values->size()};
}

Bytes text(const std::string& words) {
  return bytes(std::make_shared<std::vector<char>>(words.begin(), words.end()));
}

std::string words(const Values<char>& values) {
  return {values->begin(), values->end()};
}

TEST(MemoryExchange, MatchesInTheOrderOfEachLane) {
  const auto gang = std::make_shared<MemoryGang>(2);
  MemoryExchange a(gang, 0), b(gang, 1);
  const auto first = std::make_shared<std::vector<char>>(3);
  const auto second = std::make_shared<std::vector<char>>(3);
  const auto note = std::make_shared<std::vector<char>>(3);
  b.receive(0, Lane::notes, bytes(note));
  b.receive(0, Lane::parts, bytes(first));
  a.send(1, Lane::parts, text("one"));
  a.send(1, Lane::parts, text("two"));
  const TransferRef sent = a.send(1, Lane::notes, text("ear"));
  const TransferRef got = b.receive(0, Lane::parts, bytes(second));
  EXPECT_TRUE(sent->done());
  EXPECT_TRUE(got->done());
  EXPECT_EQ(words(first) + words(second) + words(note), "onetwoear");
}

TEST(MemoryExchange, WaitsForAllOrForAny) {
  const auto gang = std::make_shared<MemoryGang>(2);
  MemoryExchange a(gang, 0), b(gang, 1);
  const auto got = std::make_shared<std::vector<char>>(4);
  const std::array all = {b.receive(0, Lane::parts, bytes(got)), b.receive(0, Lane::parts, bytes(got))};
  const std::array any = {b.receive(0, Lane::notes, bytes(got))};
  std::thread other([&] { a.send(1, Lane::notes, text("note")); });
  b.wait(all, any, Exchange::Clock::now() + seconds(60));
  other.join();
  EXPECT_TRUE(any[0]->done());
  EXPECT_FALSE(all[0]->done());
  other = std::thread([&] {
    a.send(1, Lane::parts, text("data"));
    a.send(1, Lane::parts, text("more"));
  });
  b.wait(all, {}, Exchange::Clock::now() + seconds(60));
  other.join();
  EXPECT_TRUE(settled(all));
}

TEST(MemoryExchange, StopsWaitingAtTheDeadlineAndWhenAborted) {
  const auto gang = std::make_shared<MemoryGang>(2);
  MemoryExchange b(gang, 1);
  const auto got = std::make_shared<std::vector<char>>(1);
  const std::array open = {b.receive(0, Lane::parts, bytes(got))};
  b.wait(open, {}, Exchange::Clock::now() + std::chrono::milliseconds(5));
  EXPECT_FALSE(open[0]->done());
  std::thread other([&] { b.abort(); });
  b.wait(open, {}, Exchange::Clock::now() + seconds(60));
  other.join();
  EXPECT_FALSE(open[0]->done());
}

TEST(MemoryExchange, KeepsWhatIsSentUntilItIsReceived) {
  const auto gang = std::make_shared<MemoryGang>(2);
  MemoryExchange(gang, 0).send(1, Lane::parts, text("kept"));
  const auto got = std::make_shared<std::vector<char>>(4);
  MemoryExchange(gang, 1).receive(0, Lane::parts, bytes(got));
  EXPECT_EQ(words(got), "kept");
}

TEST(MemoryExchange, RefusesASizeThatIsNotExpected) {
  const auto gang = std::make_shared<MemoryGang>(2);
  MemoryExchange a(gang, 0), b(gang, 1);
  a.send(1, Lane::parts, text("four"));
  EXPECT_DEATH(b.receive(0, Lane::parts, text("three")), "sent.bytes.count == wanted.bytes.count");
  EXPECT_DEATH(a.send(0, Lane::parts, text("itself")), "other != exchange.rank");
}

}  // namespace
}  // namespace missmodal::trainer
