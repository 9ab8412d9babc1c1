// What holds for every communicator between CPUs.

#include "trainer/parallel/communicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "tests/trainer/parallel/broken_gang.h"
#include "tests/trainer/parallel/link.h"
#include "tests/trainer/parallel/small_gang.h"

namespace missmodal::trainer {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

void in_gang(Link link, int size, milliseconds limit, const std::function<void(Communicator&)>& member) {
  in_threads(size, [&](std::shared_ptr<Exchange> exchange) {
    member(*connected(link, std::move(exchange), limit));
  });
}

class AnyCommunicator : public testing::TestWithParam<Link> {};

INSTANTIATE_TEST_SUITE_P(Links, AnyCommunicator, testing::Values(Link::messages, Link::memory),
                         [](const auto& link) {
                           return link.param == Link::messages ? "messages" : "memory";
                         });

// On both sides of what is sent whole, of one block of the sum, and of an even share.
const std::vector<std::size_t> kCounts{0, 1, 2, 7, 1023, 4096, 4097, 20'001};

template <typename T>
void expect_serial_sums(Link link, int size) {
  std::vector<std::vector<T>> expected;
  for (const std::size_t count : kCounts) expected.push_back(serial_sum<T>(size, count));
  in_gang(link, size, kAmple, [&](Communicator& gang) {
    for (const std::vector<T>& sum : expected) {
      const Values<T> values = shared_contribution<T>(gang.rank(), sum.size());
      gang.all_reduce(buffer(values));
      EXPECT_TRUE(*values == sum) << sum.size() << " elements on " << size;
    }
  });
}

TEST_P(AnyCommunicator, SumsInTheOrderOfPlacesBitForBit) {
  for (int size = 1; size <= 8; ++size) {
    expect_serial_sums<float>(GetParam(), size);
    expect_serial_sums<double>(GetParam(), size);
    expect_serial_sums<std::int64_t>(GetParam(), size);
  }
}

TEST_P(AnyCommunicator, SumsManyBuffersAtOnceInAnyOrderOfWaiting) {
  constexpr int kSize = 3;
  constexpr unsigned kBuffers = 12;
  in_gang(GetParam(), kSize, kAmple, [&](Communicator& gang) {
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

TEST_P(AnyCommunicator, DoesOtherThingsWhileASumIsUnderWay) {
  constexpr int kSize = 4;
  constexpr std::size_t kCount = 30'000;
  in_gang(GetParam(), kSize, kAmple, [&](Communicator& gang) {
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

TEST_P(AnyCommunicator, GathersUnevenParts) {
  const std::vector<std::size_t> sizes{3, 0, 5'000, 1, 0, 70'001, 2, 1};
  for (int size = 1; size <= 8; ++size) {
    const std::vector<std::size_t> counts(sizes.begin(), sizes.begin() + size);
    std::vector<unsigned char> expected;
    for (int place = 0; place < size; ++place) {
      const auto part = contribution<unsigned char>(place, counts[static_cast<std::size_t>(place)]);
      expected.insert(expected.end(), part.begin(), part.end());
    }
    in_gang(GetParam(), size, kAmple, [&](Communicator& gang) {
      const auto mine =
          shared_contribution<unsigned char>(gang.rank(), counts[static_cast<std::size_t>(gang.rank())]);
      const auto all = std::make_shared<std::vector<unsigned char>>(expected.size());
      gang.all_gather(buffer(mine), counts, buffer(all));
      EXPECT_TRUE(*all == expected) << size;
    });
  }
}

TEST_P(AnyCommunicator, BroadcastsFromEveryRoot) {
  for (int size = 1; size <= 8; ++size) {
    in_gang(GetParam(), size, kAmple, [&](Communicator& gang) {
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

TEST_P(AnyCommunicator, NamesNobodyWhenAMemberGivesUp) {
  in_gang(GetParam(), 4, kAmple, [&](Communicator& gang) {
    const Ending met = ending(gang, kAmple / 2, [&] {
      sum_once(gang);
      if (gang.rank() == 1) gang.abort();
      for (;;) sum_once(gang);
    });
    EXPECT_THAT(met.silent, IsEmpty());
    EXPECT_THAT(met.what, gang.rank() == 1 ? HasSubstr("this member") : HasSubstr("1 of 4"));
  });
}

TEST_P(AnyCommunicator, AbortsFromAnotherThread) {
  in_gang(GetParam(), 3, kAmple, [&](Communicator& gang) {
    std::thread other;
    const Ending met = ending(gang, kAmple / 2, [&] {
      sum_once(gang, 100);  // so that all have come
      if (gang.rank() == 0) other = std::thread([&] { gang.abort(); });
      for (;;) sum_once(gang, 100);
    });
    if (other.joinable()) other.join();
    EXPECT_THAT(met.silent, IsEmpty());
  });
}

TEST_P(AnyCommunicator, YieldsNothingOnceItWasAborted) {
  in_gang(GetParam(), 2, kAmple, [&](Communicator& gang) {
    const Ticket ticket = gang.start_all_reduce(buffer(shared_contribution<float>(gang.rank(), 100)));
    try {
      sum_once(gang, 100);  // so that all have come
      if (gang.rank() == 0) gang.abort();
    } catch (const GroupBroken&) {
      EXPECT_EQ(gang.rank(), 1);
    }
    if (gang.rank() == 0) {
      EXPECT_THROW(gang.wait(ticket), GroupBroken);
    }
  });
}

TEST_P(AnyCommunicator, HearsOfAMemberThatLeft) {
  constexpr milliseconds kLimit = seconds(40);
  in_gang(GetParam(), 3, kLimit, [&](Communicator& gang) {
    sum_once(gang);
    if (gang.rank() == 2) return;
    // Much earlier than the limit.
    const Ending met = ending(gang, kLimit / 2, [&] { sum_once(gang); });
    EXPECT_THAT(met.silent, IsEmpty()) << met.what;
    EXPECT_THAT(met.what, testing::AnyOf(HasSubstr("place 2 of 3 has left"), HasSubstr("broke the gang up")));
  });
}

TEST_P(AnyCommunicator, GetsWhatAMemberSentBeforeItLeft) {
  in_gang(GetParam(), 3, kAmple, [&](Communicator& gang) {
    const Values<float> values = shared_contribution<float>(gang.rank(), 100'000);
    gang.broadcast(buffer(values), 1);
    EXPECT_TRUE(*values == contribution<float>(1, 100'000));
  });
}

TEST_P(AnyCommunicator, WaitsForASlowMemberWithinTheLimit) {
  std::atomic<int> waiting = 0;
  in_threads(3, [&](std::shared_ptr<Exchange> exchange) {
    const bool slow = exchange->rank() == 0;
    const auto gang = connected(GetParam(), std::move(exchange), kAmple);
    if (!slow) ++waiting;
    while (slow && waiting < 2) std::this_thread::yield();
    sum_once(*gang);
    sum_once(*gang);
  });
}

}  // namespace
}  // namespace missmodal::trainer
