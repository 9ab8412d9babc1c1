#include "worker/worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "trainer/parallel/message_communicator.h"
#include "worker/memory_transport.h"
#include "worker/protocol.h"
#include "worker/worker_fault.h"

namespace missmodal::worker {
namespace {

using sweeps::FailureClass;
using sweeps::Outcome;
using sweeps::TrialResult;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kLimit{60};

void until(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain");
    std::this_thread::yield();
  }
}

TrialResult trained(int best_epoch = 1) {
  TrialResult result;
  result.best_epoch = best_epoch;
  return result;
}

TrialResult train_until_interrupted(Errand& errand) {
  until([&] { return errand.interrupted.load(); });
  TrialResult result;
  result.outcome = Outcome::interrupted;
  return result;
}

// The test is the coordinator of some workers, each in a thread of its own.
class WorkerTest : public ::testing::Test {
 protected:
  ~WorkerTest() override {
    for (auto& [rank, worker] : workers_) {
      if (worker.valid()) here_.send(rank, encode(Stop{}));
    }
  }

  void start(Train train, int workers = 1) {
    train_ = std::move(train);
    for (int rank = 1; rank <= workers; ++rank) {
      workers_[rank] = std::async(std::launch::async, [this, rank] {
        MemoryTransport there(mailboxes_, rank);
        run_worker(there, {"node7", "cpu", "a processor", "2.6", "", 0, rank - 1}, train_, end_process_,
                   pace_);
      });
      ready_.push_back(expect<Ready>(rank));
    }
  }

  // The next message of that rank; those of others wait.
  Message next(int rank) {
    std::deque<Message>& box = heard_[rank];
    until([&] {
      while (const auto envelope = here_.receive()) {
        Message message = decode(envelope->bytes);
        if (const auto* beat = std::get_if<Beat>(&message)) {
          beats_[envelope->source].push_back(*beat);
        } else {
          heard_[envelope->source].push_back(std::move(message));
        }
      }
      if (pulses_) {
        for (const auto& [one, worker] : workers_) give(Pulse{}, one);
      }
      return !box.empty();
    });
    Message message = std::move(box.front());
    box.pop_front();
    return message;
  }

  template <typename Kind>
  Kind expect(int rank = 1) {
    Message message = next(rank);
    if (auto* wanted = std::get_if<Kind>(&message)) return std::move(*wanted);
    if (const auto* failed = std::get_if<Failed>(&message)) throw std::runtime_error(failed->message);
    throw std::runtime_error("a message of another kind");
  }

  static Assign assign(AssignmentId assignment, std::vector<Member> members = {{1, "cpu"}}) {
    Assign message;
    message.assignment = assignment;
    message.cell = "cell";
    message.attempt = 1;
    message.members = std::move(members);
    message.collective_seconds = 60;
    return message;
  }

  void give(const Message& message, int rank = 1) { here_.send(rank, encode(message)); }

  std::shared_ptr<Mailboxes> mailboxes_ = std::make_shared<Mailboxes>(5);
  MemoryTransport here_{mailboxes_, kCoordinatorRank};
  Train train_;
  // Tests of other things are not in a hurry.
  WorkerPace pace_{.beat = 20ms, .silence = 1'000'000};
  bool pulses_ = true;
  EndProcess end_process_ = [](const std::string& why) { throw std::runtime_error("process ended: " + why); };
  std::map<int, std::vector<Beat>> beats_;
  std::vector<Ready> ready_;
  std::map<int, std::deque<Message>> heard_;
  std::map<int, std::future<void>> workers_;
};

const std::vector<Member> kTwo{{1, "cpu"}, {2, "cpu"}};

// The sum over the gang of (place + 1), as `best_epoch`.
TrialResult sum_up(Errand& errand) {
  trainer::MessageCommunicator group(errand.exchange, std::chrono::seconds(errand.assign.collective_seconds));
  const Surrender::Way way(errand.surrender, [&group] { group.abort(); });
  auto value = std::make_shared<std::int64_t>(errand.place + 1);
  group.all_reduce({value, 1, trainer::ElementType::int64});
  return trained(static_cast<int>(*value));
}

TEST_F(WorkerTest, SaysWhatItIs) {
  start([](Errand&) { return trained(); }, 2);
  const Ready& ready = ready_[1];
  EXPECT_EQ(ready.protocol, kProtocolVersion);
  EXPECT_EQ(ready.host, "node7");
  EXPECT_EQ(ready.device, "cpu");
  EXPECT_EQ(ready.processor, "a processor");
  EXPECT_EQ(ready.libtorch, "2.6");
  EXPECT_EQ(ready.gpus, 0);
  EXPECT_EQ(ready.local, 1);
}

TEST_F(WorkerTest, ReportsEpochsAndTheResultInOrder) {
  start([](Errand& errand) {
    for (int epoch = 1; epoch <= 3; ++epoch) errand.on_epoch({epoch, {}, 0, {}, false, 0});
    return trained(3);
  });
  give(assign(7));
  for (int epoch = 1; epoch <= 3; ++epoch) {
    const auto progress = expect<Progress>();
    EXPECT_EQ(progress.assignment, 7);
    EXPECT_EQ(progress.epoch.epoch, epoch);
  }
  const auto finished = expect<Finished>();
  EXPECT_EQ(finished.assignment, 7);
  EXPECT_EQ(finished.result.best_epoch, 3);
  give(Stop{});
  EXPECT_NO_THROW(workers_[1].get());
}

TEST_F(WorkerTest, HearsWhileItTrains) {
  std::atomic<bool> go_on = false;
  start([&](Errand&) {
    until([&] { return go_on.load(); });
    return trained();
  });
  give(assign(1));
  give(assign(2));
  give(Cancel{2});
  const auto cancelled = expect<Failed>();  // before the first, which still runs
  EXPECT_EQ(cancelled.assignment, 2);
  EXPECT_EQ(cancelled.failure, FailureClass::interrupted);
  go_on = true;
  EXPECT_EQ(expect<Finished>().assignment, 1);
}

TEST_F(WorkerTest, StopInterruptsWhatRunsAndWhatWaits) {
  start(train_until_interrupted);
  give(assign(1));
  give(assign(2));
  give(Stop{});
  std::map<AssignmentId, FailureClass> failures;
  for (int i = 0; i < 2; ++i) {
    const auto failed = expect<Failed>();
    failures[failed.assignment] = failed.failure;
  }
  EXPECT_EQ(failures, (std::map<AssignmentId, FailureClass>{{1, FailureClass::interrupted},
                                                            {2, FailureClass::interrupted}}));
  EXPECT_NO_THROW(workers_[1].get());
}

TEST_F(WorkerTest, CancelInterruptsThatAssignmentAlone) {
  start(train_until_interrupted);
  give(assign(5));
  give(Cancel{4});
  give(Cancel{5});
  EXPECT_EQ(expect<Failed>().assignment, 5);
  give(assign(6));
  give(Cancel{5});  // late: it is over
  give(Cancel{6});
  EXPECT_EQ(expect<Failed>().assignment, 6);
}

TEST_F(WorkerTest, WhatIsThrownSaysWhoseFaultItIs) {
  start([](Errand& errand) -> TrialResult {
    switch (errand.assign.assignment) {
      case 1:
        throw WorkerFault("data.st: is missing");
      case 2:
        throw InputError("model.heads", "does not fit");
      case 3:
        throw RunError("disk\nand where");
      default:
        throw std::logic_error("a bug");
    }
  });
  const std::vector<std::pair<FailureClass, std::string>> expected{
      {FailureClass::worker_fault, "data.st: is missing (on node7)"},
      {FailureClass::data_error, "model.heads: does not fit"},
      {FailureClass::run_error, "disk"},
      {FailureClass::bug, "a bug"}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    give(assign(static_cast<AssignmentId>(i + 1)));
    const auto failed = expect<Failed>();
    EXPECT_EQ(failed.failure, expected[i].first);
    EXPECT_EQ(failed.message, expected[i].second);
    EXPECT_TRUE(failed.silent.empty());
  }
}

TEST_F(WorkerTest, TheLeaderOfAGangReportsAndTheOthersAreReleased) {
  start(sum_up, 3);
  const Assign gang = assign(9, {{3, "cpu"}, {1, "cpu"}, {2, "cpu"}});
  for (const int rank : {1, 2, 3}) give(gang, rank);
  EXPECT_EQ(expect<Finished>(3).result.best_epoch, 6);
  EXPECT_EQ(expect<Released>(1).assignment, 9);
  EXPECT_EQ(expect<Released>(2).assignment, 9);
}

TEST_F(WorkerTest, AGangIsMadeAnewForEveryAssignment) {
  start(sum_up, 2);
  for (AssignmentId id = 1; id <= 5; ++id) {
    for (const int rank : {1, 2}) give(assign(id, kTwo), rank);
    EXPECT_EQ(expect<Finished>(1).result.best_epoch, 3);
    expect<Released>(2);
  }
}

TEST_F(WorkerTest, AMateThatNeverComesIsNamed) {
  start(sum_up, 1);
  Assign alone = assign(1, kTwo);
  alone.collective_seconds = 1;
  give(alone);
  const auto failed = expect<Failed>();
  EXPECT_EQ(failed.failure, FailureClass::lost);
  EXPECT_EQ(failed.silent, (std::vector<int>{2}));
}

TEST_F(WorkerTest, CancelFreesAMemberFromItsCollective) {
  std::atomic<bool> begun = false;
  start([&](Errand& errand) {
    errand.assign.collective_seconds = 3600;
    begun = true;
    return sum_up(errand);
  });
  give(assign(1, kTwo));
  until([&] { return begun.load(); });
  give(Cancel{1});
  const auto failed = expect<Failed>();
  EXPECT_EQ(failed.failure, FailureClass::lost);
  EXPECT_TRUE(failed.silent.empty());
}

TEST_F(WorkerTest, AMembersOwnFailureBreaksTheGangForTheOthers) {
  std::atomic<bool> begun = false;
  start(
      [&](Errand& errand) {
        errand.assign.collective_seconds = 3600;
        if (errand.place == 0) throw std::bad_alloc();
        begun = true;
        return sum_up(errand);
      },
      2);
  for (const int rank : {1, 2}) give(assign(1, kTwo), rank);
  until([&] { return begun.load(); });
  EXPECT_EQ(expect<Failed>(1).failure, FailureClass::out_of_memory);
  give(Cancel{1}, 2);  // as the coordinator does
  EXPECT_EQ(expect<Failed>(2).failure, FailureClass::lost);
}

TEST_F(WorkerTest, BeatsWithItsProgressWhileABatchTakesLong) {
  std::atomic<bool> go_on = false;
  start([&](Errand& errand) {
    errand.progress = 17;
    until([&] { return go_on.load(); });
    return trained();
  });
  give(assign(3));
  until([&] {
    while (const auto envelope = here_.receive()) {
      const Message message = decode(envelope->bytes);
      if (const auto* beat = std::get_if<Beat>(&message)) beats_[1].push_back(*beat);
    }
    return std::count_if(beats_[1].begin(), beats_[1].end(), [](const Beat& beat) {
             return beat.assignment == 3 && beat.progress == 17 && beat.memory_bytes > (1 << 20);
           }) >= 5;
  });
  go_on = true;
  EXPECT_EQ(expect<Finished>().assignment, 3);
  beats_[1].clear();
  until([&] {
    while (const auto envelope = here_.receive())
      beats_[1].push_back(std::get<Beat>(decode(envelope->bytes)));
    return beats_[1].size() >= 3;
  });
  EXPECT_EQ(beats_[1].back().assignment, 0) << "it is idle";
}

TEST_F(WorkerTest, TellsOfCheckpoints) {
  start([](Errand& errand) {
    errand.on_resumed(2, 80);
    errand.on_saved(4, 160);
    return trained();
  });
  give(assign(3));
  const auto resumed = expect<Resumed>();
  EXPECT_EQ(std::tuple(resumed.assignment, resumed.epoch, resumed.step), std::tuple(3, 2, 80));
  const auto saved = expect<Saved>();
  EXPECT_EQ(std::tuple(saved.assignment, saved.epoch, saved.step), std::tuple(3, 4, 160));
}

// Once nothing else is left there is always one more pulse.
class Flood : public MemoryTransport {
 public:
  using MemoryTransport::MemoryTransport;
  std::optional<Envelope> receive() override {
    if (auto envelope = MemoryTransport::receive()) return envelope;
    return Envelope{kCoordinatorRank, encode(Pulse{})};
  }
};

TEST_F(WorkerTest, BeatsAndWatchesHoweverMuchItHears) {
  std::atomic<bool> go_on = false;
  train_ = [&](Errand&) {
    until([&] { return go_on.load(); });
    return trained();
  };
  workers_[1] = std::async(std::launch::async, [this] {
    Flood there(mailboxes_, 1);
    run_worker(there, {"node7", "cpu", "a processor", "2.6", "", 0, 0}, train_, end_process_, pace_);
  });
  expect<Ready>();
  give(assign(3));
  until([&] {
    while (const auto envelope = here_.receive())
      beats_[1].push_back(std::get<Beat>(decode(envelope->bytes)));
    return beats_[1].size() >= 3 && beats_[1].back().assignment == 3;
  });
  go_on = true;
  EXPECT_EQ(expect<Finished>().assignment, 3);
}

TEST_F(WorkerTest, OneThatGetsNoFurtherEndsItself) {
  std::atomic<bool> ended = false;
  std::string why;
  end_process_ = [&](const std::string& reason) {
    why = reason;
    ended = true;  // else its thread would never come back
    throw std::runtime_error("the process is gone");
  };
  start([&](Errand& errand) {
    for (int batch = 0; batch < 9; ++batch) {  // slow, but it gets on
      ++errand.progress;
      std::this_thread::sleep_for(400ms);
    }
    until([&] { return ended.load(); });
    return trained();
  });
  Assign short_of_patience = assign(8);
  short_of_patience.stall_seconds = 3;
  give(short_of_patience);
  const auto failed = expect<Failed>();
  EXPECT_EQ(failed.assignment, 8);
  EXPECT_EQ(failed.failure, FailureClass::hung);
  EXPECT_EQ(failed.message, "no batch for 3 s, after 9");
  EXPECT_THROW(workers_[1].get(), std::runtime_error);
  EXPECT_EQ(why, failed.message);
}

TEST_F(WorkerTest, WithoutASignOfTheCoordinatorItSavesAndLeaves) {
  pace_ = {.beat = 20ms, .silence = 150};
  std::atomic<bool> saved = false;
  start([&](Errand& errand) {
    TrialResult result = train_until_interrupted(errand);
    saved = true;
    return result;
  });
  give(assign(1));
  until([&] {  // while it hears something it goes on
    give(Pulse{});
    while (const auto envelope = here_.receive()) {
      const Message message = decode(envelope->bytes);
      if (const auto* beat = std::get_if<Beat>(&message)) beats_[1].push_back(*beat);
    }
    std::this_thread::sleep_for(5ms);
    return beats_[1].size() >= 30;
  });
  EXPECT_FALSE(saved);
  EXPECT_THROW(workers_[1].get(), CoordinatorLost);
  EXPECT_TRUE(saved);
}

TEST_F(WorkerTest, BeforeTheFirstWordItIsMorePatient) {
  pace_ = {.beat = 10ms, .silence = 5, .start = 1s};
  pulses_ = false;
  const auto begun = std::chrono::steady_clock::now();
  start([](Errand&) { return trained(); });
  EXPECT_THROW(workers_[1].get(), CoordinatorLost);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 900ms);
}

TEST_F(WorkerTest, TakenForDeadItStartsAnew) {
  std::atomic<int> begun = 0;
  start([&](Errand& errand) {
    ++begun;
    return errand.assign.assignment == 4 ? trained(44) : train_until_interrupted(errand);
  });
  give(assign(1));
  give(assign(2));
  until([&] { return begun == 1; });
  give(Rejoin{});
  EXPECT_EQ(expect<Ready>().host, "node7");  // and not a word of what it gave up
  give(assign(4));
  EXPECT_EQ(expect<Finished>().result.best_epoch, 44);
  EXPECT_EQ(begun, 2);
}

TEST_F(WorkerTest, BytesThatAreNoMessageEndItAndFailNoAttempt) {
  start(train_until_interrupted);
  give(assign(1));
  here_.send(1, "nonsense");
  EXPECT_THROW(workers_[1].get(), RunError);
  while (const auto envelope = here_.receive()) {
    EXPECT_FALSE(std::holds_alternative<Failed>(decode(envelope->bytes)));
  }
}

TEST_F(WorkerTest, HearsTheCoordinatorAlone) {
  start(train_until_interrupted);
  MemoryTransport(mailboxes_, 2).send(1, encode(Stop{}));
  EXPECT_THROW(workers_[1].get(), RunError);
}

TEST_F(WorkerTest, HearsNoWordsOfAWorker) {
  start(train_until_interrupted);
  give(Ready{});
  EXPECT_THROW(workers_[1].get(), RunError);
}

TEST_F(WorkerTest, IsGivenNothingThatOthersAreToTrain) {
  start(train_until_interrupted);
  give(assign(1, {{2, "cpu"}, {3, "cpu"}}));
  EXPECT_THROW(workers_[1].get(), RunError);
}

}  // namespace
}  // namespace missmodal::worker
