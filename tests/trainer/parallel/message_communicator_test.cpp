#include "trainer/parallel/message_communicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <utility>

#include "tests/trainer/parallel/broken_gang.h"
#include "tests/trainer/parallel/mortal_exchange.h"
#include "tests/trainer/parallel/small_gang.h"

namespace missmodal::trainer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(MessageCommunicator, NamesAMemberThatNeverComes) {
  in_threads(4, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->rank() == 2) return;
    MessageCommunicator gang(std::move(exchange), kShort);
    const Ending met = ending(gang, kShort, [&] { sum_once(gang); });
    EXPECT_THAT(met.silent, ElementsAre(2)) << met.what;
    EXPECT_THAT(met.what, HasSubstr("2"));
  });
}

TEST(MessageCommunicator, NamesEveryMemberThatNeverComes) {
  in_threads(5, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->rank() == 0 || exchange->rank() == 3) return;
    MessageCommunicator gang(std::move(exchange), kShort);
    const Ending met = ending(gang, kShort, [&] { sum_once(gang); });
    EXPECT_THAT(met.silent, ElementsAre(0, 3)) << met.what;
  });
}

// Place 0 has all it needs from place 1 and waits for place 2, which waits for place 1.
TEST(MessageCommunicator, DoesNotNameAMemberThatWaitsForTheDead) {
  constexpr std::size_t kCount = 30'000;
  in_threads(3, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->rank() == 1) {
      const auto part = std::make_shared<std::vector<float>>(kCount / 3);
      exchange->send(0, Lane::parts, {{part, part->data()}, part->size() * sizeof(float)});
      return;
    }
    MessageCommunicator gang(std::move(exchange), kShort);
    const Ending met = ending(gang, kShort, [&] { sum_once(gang, kCount); });
    EXPECT_THAT(met.silent, ElementsAre(1)) << met.what;
  });
}

struct Died : std::exception {};

// Returns what is left of the dead: it says no farewell while it lives.
std::unique_ptr<MessageCommunicator> die_at(int life, int size, int mortal) {
  std::unique_ptr<MessageCommunicator> dead;
  in_threads(size, [&](std::shared_ptr<Exchange> exchange) {
    const auto work = [](MessageCommunicator& gang) {
      for (;;) {
        const Ticket first = gang.start_all_reduce(buffer(shared_contribution<float>(gang.rank(), 20'000)));
        sum_once(gang, 40'000);
        gang.wait(first);
        sum_once(gang, 100);
      }
    };
    if (exchange->rank() == mortal) {
      const auto die = [died = false]() mutable {
        if (!std::exchange(died, true)) throw Died();
      };
      dead = std::make_unique<MessageCommunicator>(std::make_shared<MortalExchange>(exchange, life, die),
                                                   kAmple);
      EXPECT_THROW(work(*dead), Died);
      return;
    }
    MessageCommunicator gang(std::move(exchange), kShort);
    try {
      work(gang);
    } catch (const GroupBroken& error) {
      EXPECT_THAT(error.silent(), ElementsAre(mortal)) << life << " messages: " << error.what();
    }
  });
  return dead;
}

TEST(MessageCommunicator, AgreesOnWhoDiedWhereverItDied) {
  constexpr int kSize = 4;
  constexpr int kAtOnce = 4;
  for (int first = 6; first < 26; first += kAtOnce) {
    std::vector<std::thread> gangs;
    for (int life = first; life < first + kAtOnce; ++life) {
      gangs.emplace_back([life] { die_at(life, kSize, life % kSize); });
    }
    for (std::thread& gang : gangs) gang.join();
  }
}

}  // namespace
}  // namespace missmodal::trainer
