#include "trainer/parallel/shared_communicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>

#include "tests/trainer/parallel/broken_gang.h"
#include "tests/trainer/parallel/passing_exchange.h"
#include "tests/trainer/parallel/small_gang.h"

namespace missmodal::trainer {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

std::unique_ptr<SharedCommunicator> connected(std::shared_ptr<Exchange> exchange, milliseconds limit) {
  auto gang = SharedCommunicator::over(std::make_unique<MessageCommunicator>(std::move(exchange), limit));
  auto* shared = dynamic_cast<SharedCommunicator*>(gang.get());
  EXPECT_NE(shared, nullptr) << "the members of one process do not see each other's memory";
  static_cast<void>(gang.release());
  return std::unique_ptr<SharedCommunicator>(shared);
}

void in_gang(int size, milliseconds limit, const std::function<void(SharedCommunicator&)>& member) {
  in_threads(size,
             [&](std::shared_ptr<Exchange> exchange) { member(*connected(std::move(exchange), limit)); });
}

// `count` of T from the `first`-th on.
template <typename T>
Buffer piece(const std::shared_ptr<void>& memory, std::size_t first, std::size_t count) {
  return {{memory, static_cast<T*>(memory.get()) + first}, count, element_type<T>()};
}

template <typename T>
T* numbers(const Buffer& buffer) {
  return static_cast<T*>(buffer.data.get());
}

// On both sides of an even share, and from larger than a member's mail.
const std::vector<std::size_t> kCounts{0, 1, 2, 7, 1023, 4097, 100'001};

template <typename T>
void expect_serial_sums_in_place(int size) {
  const std::size_t largest = kCounts.back();
  in_gang(size, kAmple, [&](SharedCommunicator& gang) {
    const auto memory = gang.memory(3 * largest * sizeof(T));
    ASSERT_NE(memory, nullptr);
    for (const std::size_t count : kCounts) {
      const Buffer values = piece<T>(memory, 2 * largest - 5, count);
      // Twice: what the others still read is not written.
      for (unsigned seed = 0; seed < 2; ++seed) {
        const std::vector<T> own = contribution<T>(gang.rank(), count, seed);
        std::copy(own.begin(), own.end(), numbers<T>(values));
        gang.all_reduce(values);
        const std::vector<T> sum = serial_sum<T>(size, count, seed);
        EXPECT_TRUE(std::equal(sum.begin(), sum.end(), numbers<T>(values)))
            << count << " elements on " << size;
      }
    }
  });
}

TEST(SharedCommunicator, SumsInPlaceBitForBit) {
  for (int size = 1; size <= 5; ++size) {
    expect_serial_sums_in_place<float>(size);
    expect_serial_sums_in_place<double>(size);
    expect_serial_sums_in_place<std::int64_t>(size);
  }
}

// In its memory, by mail and by messages, more of them than there is mail for, waited for in any order.
TEST(SharedCommunicator, SumsManyKindsAtOnce) {
  constexpr int kSize = 3;
  constexpr std::size_t kLargest = 100'000;
  constexpr unsigned kBuffers = 20;
  in_gang(kSize, kAmple, [&](SharedCommunicator& gang) {
    const auto memory = gang.memory(kBuffers * kLargest * sizeof(float));
    std::mt19937 random(7);  // the same everywhere
    for (int repeat = 0; repeat < 10; ++repeat) {
      std::vector<Buffer> buffers;
      std::vector<std::pair<unsigned, Ticket>> tickets;
      for (unsigned i = 0; i < kBuffers; ++i) {
        const std::size_t count = random() % 2 == 0 ? random() % 100 : random() % kLargest;
        const std::vector<float> own = contribution<float>(gang.rank(), count, i);
        buffers.push_back(random() % 2 == 0 ? piece<float>(memory, i * kLargest, count)
                                            : buffer(std::make_shared<std::vector<float>>(count)));
        std::copy(own.begin(), own.end(), numbers<float>(buffers.back()));
        tickets.emplace_back(i, gang.start_all_reduce(buffers.back()));
      }
      std::shuffle(tickets.begin(), tickets.end(), random);
      for (const auto& [i, ticket] : tickets) {
        gang.wait(ticket);
        const std::vector<float> sum = serial_sum<float>(kSize, buffers[i].count, i);
        EXPECT_TRUE(std::equal(sum.begin(), sum.end(), numbers<float>(buffers[i]))) << i;
      }
    }
  });
}

// What a member reads of the others it has whole, however far ahead they are.
TEST(SharedCommunicator, ReadsNoMailTwiceOrTooLate) {
  constexpr std::size_t kCount = 60'000;
  in_gang(2, kAmple, [&](SharedCommunicator& gang) {
    for (std::int64_t i = 0; i < 200; ++i) {
      if (i % 7 == gang.rank()) std::this_thread::sleep_for(std::chrono::microseconds(300));
      const auto values =
          std::make_shared<std::vector<std::int64_t>>(i % 3 == 0 ? 1 : kCount / 2, i + gang.rank());
      gang.broadcast(buffer(values), static_cast<int>(i % 2));
      EXPECT_EQ(std::count(values->begin(), values->end(), i + i % 2),
                static_cast<std::ptrdiff_t>(values->size()));
    }
  });
}

TEST(SharedCommunicator, KeepsItsMemoryAsLongAsSomebodyDoes) {
  std::vector<std::shared_ptr<void>> kept(2);
  in_gang(2, kAmple, [&](SharedCommunicator& gang) {
    const auto memory = gang.memory(1 << 20);
    *static_cast<int*>(memory.get()) = 5 + gang.rank();
    kept[static_cast<std::size_t>(gang.rank())] = memory;
  });
  EXPECT_EQ(*static_cast<int*>(kept[0].get()), 5);
  EXPECT_EQ(*static_cast<int*>(kept[1].get()), 6);
}

// After `seen` blocks of memory that its two mates see, it says of none where it is, as from another host.
class Abroad : public PassingExchange {
 public:
  Abroad(std::shared_ptr<Exchange> exchange, int seen)
      : PassingExchange(std::move(exchange)), honest_(2 * seen) {}
  TransferRef send(int to, Lane lane, Bytes bytes) override {
    if (bytes.count == sizeof(SharedMemory::Address) && honest_-- <= 0) {
      auto address = std::make_shared<SharedMemory::Address>(
          *static_cast<const SharedMemory::Address*>(bytes.data.get()));
      ++address->token;
      bytes.data = address;
    }
    return PassingExchange::send(to, lane, std::move(bytes));
  }

 private:
  int honest_;
};

TEST(SharedCommunicator, IsMessagesWhereOneMemberIsElsewhere) {
  in_threads(3, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->rank() == 1) exchange = std::make_shared<Abroad>(exchange, 0);
    const auto gang =
        SharedCommunicator::over(std::make_unique<MessageCommunicator>(std::move(exchange), kAmple));
    EXPECT_NE(dynamic_cast<MessageCommunicator*>(gang.get()), nullptr);
    const Values<float> values = shared_contribution<float>(gang->rank(), 100'000);
    gang->all_reduce(buffer(values));
    EXPECT_TRUE(*values == serial_sum<float>(3, 100'000));
  });
}

// Then everybody does without it, and what they had stays.
TEST(SharedCommunicator, HasNoMemoryThatOneMemberDoesNotSee) {
  in_threads(3, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->rank() == 1) exchange = std::make_shared<Abroad>(exchange, 2);
    const auto gang = connected(std::move(exchange), kAmple);
    const auto memory = gang->memory(400'000);
    EXPECT_EQ(gang->memory(400'000), nullptr);
    for (const Buffer& values :
         {piece<float>(memory, 0, 100'000), buffer(std::make_shared<std::vector<float>>(100'000))}) {
      const std::vector<float> own = contribution<float>(gang->rank(), 100'000);
      std::copy(own.begin(), own.end(), numbers<float>(values));
      gang->all_reduce(values);
      const std::vector<float> sum = serial_sum<float>(3, 100'000);
      EXPECT_TRUE(std::equal(sum.begin(), sum.end(), numbers<float>(values)));
    }
  });
}

TEST(SharedCommunicator, NamesAMemberThatNeverComes) {
  in_threads(4, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->rank() == 2) return;
    try {
      connected(std::move(exchange), kShort);
      ADD_FAILURE() << "a gang without its third member";
    } catch (const GroupBroken& error) {
      EXPECT_THAT(error.silent(), ElementsAre(2)) << error.what();
    }
  });
}

// A member that waits for the others to come can be freed, and what it came with stays the caller's.
TEST(SharedCommunicator, GivesUpJoining) {
  in_threads(2, [&](std::shared_ptr<Exchange> exchange) {
    if (exchange->rank() == 1) return;
    auto messages = std::make_unique<MessageCommunicator>(std::move(exchange), kAmple);
    std::thread other([&gang = *messages] { gang.abort(); });
    EXPECT_THROW(SharedCommunicator::over(std::move(messages)), GroupBroken);
    other.join();
    EXPECT_NE(messages, nullptr);
  });
}

// Far more sums than there is mail, of which a slow member has taken none.
TEST(SharedCommunicator, StartsSumsInPlaceWithoutWaiting) {
  constexpr std::size_t kSums = 40;
  constexpr std::size_t kCount = 1000;
  std::atomic<bool> started = false;
  in_gang(2, kAmple, [&](SharedCommunicator& gang) {
    const auto memory = gang.memory(kSums * kCount * sizeof(float));
    std::vector<Ticket> tickets;
    while (gang.rank() == 1 && !started) std::this_thread::yield();
    for (std::size_t i = 0; i < kSums; ++i) {
      const Buffer values = piece<float>(memory, i * kCount, kCount);
      std::fill_n(numbers<float>(values), kCount, static_cast<float>(gang.rank() + 1));
      tickets.push_back(gang.start_all_reduce(values));
    }
    started = true;
    for (const Ticket ticket : tickets) gang.wait(ticket);
    EXPECT_EQ(std::count(static_cast<float*>(memory.get()),
                         static_cast<float*>(memory.get()) + kSums * kCount, 3.0F),
              static_cast<std::ptrdiff_t>(kSums * kCount));
  });
}

// Somebody stops before its n-th collective, and nobody hears of it again.
TEST(SharedCommunicator, AgreesOnWhoDiedWhereverItDied) {
  constexpr int kSize = 4;
  const auto lose = [](int life) {
    const int mortal = life % kSize;
    std::shared_ptr<SharedCommunicator> dead;  // it says no farewell while it lives
    in_threads(kSize, [&](std::shared_ptr<Exchange> exchange) {
      const bool dies = exchange->rank() == mortal;
      std::shared_ptr<SharedCommunicator> gang = connected(std::move(exchange), kShort);
      const auto memory = gang->memory(400'000);
      int begun = 0;
      const auto goes_on = [&] { return !dies || begun++ < life; };
      const auto work = [&] {
        for (;;) {
          if (!goes_on()) return;
          const Ticket first = gang->start_all_reduce(piece<float>(memory, 0, 50'000));
          if (!goes_on()) return;
          sum_once(*gang, 100'000);
          if (!goes_on()) return;
          gang->wait(first);
          if (!goes_on()) return;
          sum_once(*gang, 100);
        }
      };
      if (dies) {
        work();
        dead = gang;
        return;
      }
      try {
        work();
      } catch (const GroupBroken& error) {
        EXPECT_THAT(error.silent(), ElementsAre(mortal)) << life << " calls: " << error.what();
      }
    });
  };
  constexpr int kAtOnce = 4;  // each of their members looks at the others all the time
  for (int first = 0; first < 12; first += kAtOnce) {
    std::vector<std::thread> gangs;
    for (int life = first; life < first + kAtOnce; ++life) gangs.emplace_back(lose, life);
    for (std::thread& gang : gangs) gang.join();
  }
}

TEST(SharedMemory, IsSeenByWhoKnowsWhere) {
  const SharedMemory own(100'000);
  EXPECT_TRUE(
      std::all_of(own.data(), own.data() + own.bytes(), [](std::byte b) { return b == std::byte{0}; }));
  const SharedMemory again(own.address());
  EXPECT_NE(again.data(), own.data());
  own.data()[99'999] = std::byte{7};
  EXPECT_EQ(again.data()[99'999], std::byte{7});
}

TEST(SharedMemory, IsNotTakenForAnother) {
  const SharedMemory own(4096);
  const auto refusal = [](const SharedMemory::Address& address) -> std::string {
    try {
      SharedMemory other(address);
      return "";
    } catch (const RunError& error) {
      return error.what();
    }
  };
  SharedMemory::Address address = own.address();
  EXPECT_EQ(refusal(address), "");
  ++address.token;
  EXPECT_THAT(refusal(address), HasSubstr("No such file"));
  address = own.address();
  address.bytes *= 2;
  EXPECT_THAT(refusal(address), HasSubstr("8192 bytes of shared memory"));
  address = own.address();
  address.file = 0;
  EXPECT_THAT(refusal(address), HasSubstr("/fd/0"));
  address.process = -1;
  EXPECT_THAT(refusal(address), HasSubstr("/proc/-1/"));
  EXPECT_THAT(refusal({}), HasSubstr("No such file"));
}

TEST(SharedMemory, IsThereOnlyWhileItsMakerIs) {
  SharedMemory::Address address;
  {
    const SharedMemory gone(4096);
    address = gone.address();
  }
  EXPECT_THROW(SharedMemory{address}, RunError);
}

}  // namespace
}  // namespace missmodal::trainer
