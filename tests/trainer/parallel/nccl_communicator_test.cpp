#include "trainer/parallel/nccl_communicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "tests/trainer/parallel/fake_nccl.h"
#include "tests/trainer/parallel/small_gang.h"

namespace missmodal::trainer {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Member {
  int place = 0;
  std::shared_ptr<Exchange> exchange;
  std::shared_ptr<FakeNccl> nccl;
  std::unique_ptr<NcclCommunicator> join(milliseconds limit) {
    return std::make_unique<NcclCommunicator>(exchange, nccl, nullptr, limit);
  }
};

void with_members(int size, const std::shared_ptr<FakeWorld>& world,
                  const std::function<void(Member&)>& action) {
  in_threads(size, [&](std::shared_ptr<Exchange> exchange) {
    const int place = exchange->rank();
    Member member{place, std::move(exchange), std::make_shared<FakeNccl>(world, size)};
    member.nccl->set_rank(place);
    action(member);
    if (!world->abort_hangs) {
      EXPECT_EQ(member.nccl->live(), 0) << "handles of place " << place;
    }
  });
}

GroupBroken broken(const std::function<void()>& action) {
  try {
    action();
  } catch (const GroupBroken& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was broken";
  return {"", {-1}};
}

void sum_once(Communicator& gang, const Values<float>& values) {
  gang.all_reduce(buffer(values));
}
void sum_once(Communicator& gang) {
  sum_once(gang, shared_contribution<float>(gang.rank(), 100));
}

TEST(NcclCommunicator, ComputesWhileNcclIsBusy) {
  for (const int busy_polls : {0, 3}) {
    for (int size = 1; size <= 4; ++size) {
      const auto world = std::make_shared<FakeWorld>();
      world->busy_polls = busy_polls;
      with_members(size, world, [&](Member& member) {
        const auto gang = member.join(kAmple);
        const auto first = shared_contribution<float>(member.place, 1000);
        const auto second = shared_contribution<double>(member.place, 7);
        const Ticket one = gang->start_all_reduce(buffer(first));
        const Ticket two = gang->start_all_reduce(buffer(second));
        gang->wait(two);
        gang->wait(one);
        EXPECT_TRUE(*first == serial_sum<float>(size, 1000));
        EXPECT_TRUE(*second == serial_sum<double>(size, 7));

        std::vector<std::size_t> counts;
        std::vector<float> expected;
        for (int place = 0; place < size; ++place) {
          counts.push_back(place == 1 ? 0 : 5 + static_cast<std::size_t>(place));
          const auto part = contribution<float>(place, counts.back());
          expected.insert(expected.end(), part.begin(), part.end());
        }
        const auto all = std::make_shared<std::vector<float>>(expected.size());
        const auto mine =
            shared_contribution<float>(member.place, counts[static_cast<std::size_t>(member.place)]);
        gang->all_gather(buffer(mine), counts, buffer(all));
        EXPECT_EQ(*all, expected);

        gang->broadcast(buffer(second), size - 1);
        EXPECT_TRUE(*second == serial_sum<double>(size, 7));
      });
    }
  }
}

TEST(NcclCommunicator, OrdersItsStreamAndTheComputeStreamByEvents) {
  const auto world = std::make_shared<FakeWorld>();
  with_members(2, world, [&](Member& member) {
    {
      const auto gang = member.join(kAmple);
      sum_once(*gang);
    }
    EXPECT_THAT(member.nccl->calls(), ElementsAre("record on compute", "its own waits", "all_reduce",
                                                  "record on its own", "compute waits", "destroy"));
  });
}

TEST(NcclCommunicator, GivesUpJoiningWhenAMemberNeverComes) {
  const auto world = std::make_shared<FakeWorld>();
  std::unique_ptr<MessageCommunicator> dead;  // it says no farewell
  with_members(3, world, [&](Member& member) {
    if (member.place == 2) {
      dead = std::make_unique<MessageCommunicator>(member.exchange, kAmple);
      dead->broadcast(buffer(std::make_shared<std::vector<unsigned char>>(sizeof(NcclId))), 0);
      return;
    }
    const GroupBroken error = broken([&] { member.join(kShort); });
    EXPECT_THAT(error.silent(), ElementsAre(2)) << error.what();
    EXPECT_THAT(member.nccl->calls(), ElementsAre("abort"));
  });
}

TEST(NcclCommunicator, GivesUpACollectiveThatNeverCompletes) {
  const auto world = std::make_shared<FakeWorld>();
  std::mutex mutex;
  std::vector<std::unique_ptr<NcclCommunicator>> dead;
  std::vector<std::shared_ptr<FakeNccl>> functions;
  in_threads(3, [&](std::shared_ptr<Exchange> exchange) {
    const int place = exchange->rank();
    const auto nccl = std::make_shared<FakeNccl>(world, 3);
    nccl->set_rank(place);
    auto gang = std::make_unique<NcclCommunicator>(exchange, nccl, nullptr, kShort);
    sum_once(*gang);
    if (place == 1) {  // says no farewell
      const std::lock_guard lock(mutex);
      dead.push_back(std::move(gang));
      return;
    }
    const GroupBroken error = broken([&] { sum_once(*gang); });
    EXPECT_THAT(error.silent(), ElementsAre(1)) << error.what();
    EXPECT_THAT(nccl->calls(), testing::Contains("abort"));
    EXPECT_FALSE(gang->stuck());
    const auto later = Exchange::Clock::now();
    EXPECT_EQ(broken([&] { sum_once(*gang); }).silent(), error.silent());
    EXPECT_EQ(broken([&] { gang->broadcast({}, 0); }).silent(), error.silent());
    EXPECT_LT(Exchange::Clock::now() - later, kShort);
  });
}

TEST(NcclCommunicator, NamesNobodyWhenNcclFailsAndAllAreThere) {
  const auto world = std::make_shared<FakeWorld>();
  world->fails = 1;
  with_members(3, world, [&](Member& member) {
    const auto gang = member.join(kAmple);
    sum_once(*gang);
    const auto start = Exchange::Clock::now();
    const GroupBroken error = broken([&] { sum_once(*gang); });
    EXPECT_LT(Exchange::Clock::now() - start, kAmple / 4);
    EXPECT_THAT(error.silent(), IsEmpty()) << error.what();
    EXPECT_THAT(error.what(), testing::AnyOf(HasSubstr("remote error"), HasSubstr("broke the gang up")));
    EXPECT_EQ(member.nccl->calls().back(), "abort");
  });
}

TEST(NcclCommunicator, GoesOnWhenNotEvenAbortingReturns) {
  const auto world = std::make_shared<FakeWorld>();
  world->never = {0};
  world->abort_hangs = true;
  with_members(2, world, [&](Member& member) {
    auto values = shared_contribution<float>(member.place, 100);
    const std::weak_ptr<std::vector<float>> watched = values;
    {
      const auto gang = member.join(kShort);
      const auto start = Exchange::Clock::now();
      EXPECT_THAT(broken([&] { sum_once(*gang, values); }).silent(), IsEmpty());
      EXPECT_LT(Exchange::Clock::now() - start, 2 * kShort);
      EXPECT_TRUE(gang->stuck());
    }
    values.reset();
    EXPECT_FALSE(watched.expired()) << "the device may still write there";
  });
  const std::lock_guard lock(world->mutex);
  world->release = true;
  world->released.notify_all();
}

TEST(NcclCommunicator, AbortsFromAnotherThread) {
  const auto world = std::make_shared<FakeWorld>();
  world->never = {0};
  with_members(2, world, [&](Member& member) {
    const auto gang = member.join(kAmple);
    std::thread other;
    const GroupBroken error = broken([&] {
      const Ticket ticket = gang->start_all_reduce(buffer(shared_contribution<float>(member.place, 100)));
      if (member.place == 0) other = std::thread([&] { gang->abort(); });
      gang->wait(ticket);
    });
    if (other.joinable()) other.join();
    EXPECT_THAT(error.silent(), IsEmpty()) << error.what();
    EXPECT_EQ(member.nccl->calls().back(), "abort");
  });
}

TEST(NcclCommunicator, TellsTheOthersThatNcclHasNoId) {
  const auto world = std::make_shared<FakeWorld>();
  world->id_fails = true;
  with_members(3, world, [&](Member& member) {
    const GroupBroken error = broken([&] { member.join(kAmple); });
    EXPECT_THAT(error.silent(), IsEmpty());
    EXPECT_THAT(error.what(), member.place == 0 ? HasSubstr("no network") : HasSubstr("place 0"));
  });
}

TEST(NcclCommunicator, AbortsWhatNobodyWaitedFor) {
  const auto world = std::make_shared<FakeWorld>();
  with_members(2, world, [&](Member& member) {
    {
      const auto gang = member.join(kAmple);
      gang->start_all_reduce(buffer(shared_contribution<float>(member.place, 100)));
    }
    EXPECT_EQ(member.nccl->calls().back(), "abort");
  });
}

}  // namespace
}  // namespace missmodal::trainer
