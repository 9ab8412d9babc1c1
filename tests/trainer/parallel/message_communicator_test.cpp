#include "trainer/parallel/message_communicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "tests/trainer/parallel/mortal_exchange.h"
#include "tests/trainer/parallel/small_gang.h"

namespace missmodal::trainer {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void in_gang(int size, milliseconds limit, const std::function<void(MessageCommunicator&)>& member) {
  in_threads(size, [&](std::shared_ptr<Exchange> exchange) {
    MessageCommunicator communicator(std::move(exchange), limit);
    member(communicator);
  });
}

// On both sides of what is sent whole, of one block of the sum, and of an even share.
const std::vector<std::size_t> kCounts{0, 1, 2, 7, 1023, 4096, 4097, 20'001};

template <typename T>
void expect_serial_sums(int size) {
  std::vector<std::vector<T>> expected;
  for (const std::size_t count : kCounts) expected.push_back(serial_sum<T>(size, count));
  in_gang(size, kAmple, [&](MessageCommunicator& gang) {
    for (const std::vector<T>& sum : expected) {
      const Values<T> values = shared_contribution<T>(gang.rank(), sum.size());
      gang.all_reduce(buffer(values));
      EXPECT_TRUE(*values == sum) << sum.size() << " elements on " << size;
    }
  });
}

TEST(MessageCommunicator, SumsInTheOrderOfPlacesBitForBit) {
  for (int size = 1; size <= 8; ++size) {
    expect_serial_sums<float>(size);
    expect_serial_sums<double>(size);
    expect_serial_sums<std::int64_t>(size);
  }
}

TEST(MessageCommunicator, SumsManyBuffersAtOnceInAnyOrderOfWaiting) {
  constexpr int kSize = 3;
  constexpr unsigned kBuffers = 12;
  in_gang(kSize, kAmple, [&](MessageCommunicator& gang) {
    for (const bool backwards : {false, true}) {
      std::vector<Values<float>> values;
      std::vector<Ticket> tickets;
      for (unsigned i = 0; i < kBuffers; ++i) {
        values.push_back(shared_contribution<float>(gang.rank(), kCounts[i % kCounts.size()], i));
        tickets.push_back(gang.start_all_reduce(buffer(values.back())));
      }
      if (backwards) std::reverse(tickets.begin(), tickets.end());
      for (const Ticket ticket : tickets) gang.wait(ticket);
      for (unsigned i = 0; i < kBuffers; ++i) {
        EXPECT_TRUE(*values[i] == serial_sum<float>(kSize, kCounts[i % kCounts.size()], i)) << i;
      }
    }
  });
}

TEST(MessageCommunicator, DoesOtherThingsWhileASumIsUnderWay) {
  constexpr int kSize = 4;
  constexpr std::size_t kCount = 30'000;
  in_gang(kSize, kAmple, [&](MessageCommunicator& gang) {
    const Values<double> sum = shared_contribution<double>(gang.rank(), kCount);
    const Ticket ticket = gang.start_all_reduce(buffer(sum));
    const Values<float> other = shared_contribution<float>(gang.rank(), kCount);
    gang.broadcast(buffer(other), 2);
    EXPECT_TRUE(*other == contribution<float>(2, kCount));
    gang.all_reduce(buffer(other));
    gang.wait(ticket);
    EXPECT_TRUE(*sum == serial_sum<double>(kSize, kCount));
  });
}

TEST(MessageCommunicator, GathersUnevenParts) {
  const std::vector<std::size_t> sizes{3, 0, 5'000, 1, 0, 70'001, 2, 1};
  for (int size = 1; size <= 8; ++size) {
    const std::vector<std::size_t> counts(sizes.begin(), sizes.begin() + size);
    std::vector<unsigned char> expected;
    for (int place = 0; place < size; ++place) {
      const auto part = contribution<unsigned char>(place, counts[static_cast<std::size_t>(place)]);
      expected.insert(expected.end(), part.begin(), part.end());
    }
    in_gang(size, kAmple, [&](MessageCommunicator& gang) {
      const auto mine =
          shared_contribution<unsigned char>(gang.rank(), counts[static_cast<std::size_t>(gang.rank())]);
      const auto all = std::make_shared<std::vector<unsigned char>>(expected.size());
      gang.all_gather(buffer(mine), counts, buffer(all));
      EXPECT_TRUE(*all == expected) << size;
    });
  }
}

TEST(MessageCommunicator, BroadcastsFromEveryRoot) {
  for (int size = 1; size <= 8; ++size) {
    in_gang(size, kAmple, [&](MessageCommunicator& gang) {
      for (int root = 0; root < size; ++root) {
        for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{4097}}) {
          const auto values = shared_contribution<std::int64_t>(gang.rank(), count);
          gang.broadcast(buffer(values), root);
          EXPECT_TRUE(*values == contribution<std::int64_t>(root, count));
        }
      }
    });
  }
}

// What a member of a broken gang met, in how long, and that every later call throws the same at once.
struct Ending {
  std::vector<int> silent;
  std::string what;
};

void sum_once(Communicator& gang, std::size_t count = 50'000) {
  gang.all_reduce(buffer(shared_contribution<float>(gang.rank(), count)));
}

Ending ending(MessageCommunicator& gang, milliseconds limit, const std::function<void()>& action) {
  const auto start = Exchange::Clock::now();
  Ending met;
  try {
    action();
    ADD_FAILURE() << "place " << gang.rank() << " noticed nothing";
  } catch (const GroupBroken& error) {
    met = {error.silent(), error.what()};
  }
  // A quarter for asking, and as much again for a machine that is busy.
  EXPECT_LT(Exchange::Clock::now() - start, limit * 3 / 2);
  const auto later = Exchange::Clock::now();
  EXPECT_THROW(sum_once(gang), GroupBroken);
  EXPECT_THROW(gang.broadcast({}, 0), GroupBroken);
  try {
    gang.all_gather({}, std::vector<std::size_t>(static_cast<std::size_t>(gang.size())), {});
    ADD_FAILURE() << "a broken gang gathered";
  } catch (const GroupBroken& error) {
    EXPECT_EQ(error.silent(), met.silent);
    EXPECT_EQ(error.what(), met.what);
  }
  EXPECT_LT(Exchange::Clock::now() - later, limit / 4);
  return met;
}

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

TEST(MessageCommunicator, NamesNobodyWhenAMemberGivesUp) {
  in_gang(4, kAmple, [&](MessageCommunicator& gang) {
    const Ending met = ending(gang, kShort, [&] {
      sum_once(gang);
      if (gang.rank() == 1) gang.abort();
      for (;;) sum_once(gang);
    });
    EXPECT_THAT(met.silent, IsEmpty());
    EXPECT_THAT(met.what, gang.rank() == 1 ? HasSubstr("this member") : HasSubstr("1 of 4"));
  });
}

TEST(MessageCommunicator, AbortsFromAnotherThread) {
  in_gang(3, kAmple, [&](MessageCommunicator& gang) {
    std::thread other;
    const Ending met = ending(gang, kShort, [&] {
      if (gang.rank() == 0) other = std::thread([&] { gang.abort(); });
      for (;;) sum_once(gang, 100);
    });
    if (other.joinable()) other.join();
    EXPECT_THAT(met.silent, IsEmpty());
  });
}

TEST(MessageCommunicator, HearsOfAMemberThatLeft) {
  constexpr milliseconds kLimit = seconds(8);
  in_gang(3, kLimit, [&](MessageCommunicator& gang) {
    sum_once(gang);
    if (gang.rank() == 2) return;
    // Much earlier than the limit.
    const Ending met = ending(gang, kLimit / 2, [&] { sum_once(gang); });
    EXPECT_THAT(met.silent, IsEmpty()) << met.what;
    EXPECT_THAT(met.what, testing::AnyOf(HasSubstr("place 2 of 3 has left"), HasSubstr("broke the gang up")));
  });
}

TEST(MessageCommunicator, GetsWhatAMemberSentBeforeItLeft) {
  in_gang(3, kAmple, [&](MessageCommunicator& gang) {
    const Values<float> values = shared_contribution<float>(gang.rank(), 100'000);
    gang.broadcast(buffer(values), 1);
    EXPECT_TRUE(*values == contribution<float>(1, 100'000));
  });
}

TEST(MessageCommunicator, WaitsForASlowMemberWithinTheLimit) {
  std::atomic<int> waiting = 0;
  in_threads(3, [&](std::shared_ptr<Exchange> exchange) {
    const bool slow = exchange->rank() == 0;
    MessageCommunicator gang(std::move(exchange), kAmple);
    if (!slow) ++waiting;
    while (slow && waiting < 2) std::this_thread::yield();
    sum_once(gang);
    sum_once(gang);
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
  std::vector<std::thread> gangs;
  for (int life = 6; life < 26; ++life) {
    gangs.emplace_back([life] { die_at(life, kSize, life % kSize); });
  }
  for (std::thread& gang : gangs) gang.join();
}

}  // namespace
}  // namespace missmodal::trainer
