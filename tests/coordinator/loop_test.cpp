#include "coordinator/loop.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "tests/coordinator/small_store.h"
#include "tests/coordinator/small_sweep.h"
#include "tests/results/fabricated.h"
#include "tests/results/locker.h"
#include "worker/memory_transport.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {
namespace {

// Worker threads that speak the real protocol and finish every cell at once.
class Crew {
 public:
  // `on_assign` is called by each worker before it finishes a cell; it may be empty.
  Crew(int workers, std::shared_ptr<worker::Mailboxes> mailboxes, std::function<void()> on_assign = {})
      : on_assign_(std::move(on_assign)) {
    for (int rank = 1; rank <= workers; ++rank) {
      threads_.emplace_back([this, rank, mailboxes] { work(worker::MemoryTransport(mailboxes, rank)); });
    }
  }
  ~Crew() {
    for (std::thread& thread : threads_) thread.join();
  }

  std::map<std::string, int> trained() {
    const std::lock_guard lock(mutex_);
    return trained_;
  }

 private:
  void work(worker::MemoryTransport transport) {
    transport.send(0, worker::encode(worker::Ready{worker::kProtocolVersion, "host", "cpu"}));
    auto next_beat = std::chrono::steady_clock::now();
    for (;;) {
      if (std::chrono::steady_clock::now() >= next_beat) {
        transport.send(0, worker::encode(worker::Beat{}));
        next_beat += std::chrono::milliseconds(500);
      }
      const auto envelope = transport.receive();
      if (!envelope) {
        std::this_thread::yield();
        continue;
      }
      const worker::Message message = worker::decode(envelope->bytes);
      if (std::holds_alternative<worker::Stop>(message)) return;
      if (std::holds_alternative<worker::Pulse>(message)) continue;
      const auto& assign = std::get<worker::Assign>(message);
      {
        const std::lock_guard lock(mutex_);
        ++trained_[assign.cell];
      }
      if (on_assign_) on_assign_();
      transport.send(0, worker::encode(worker::Finished{assign.assignment, finished_with(1.0)}));
    }
  }

  std::function<void()> on_assign_;
  std::mutex mutex_;
  std::map<std::string, int> trained_;
  std::vector<std::thread> threads_;
};

class LoopTest : public testing::Test {
 protected:
  LoopTest() : folder_("loop") {}

  results::Store open(results::Patience patience = {}) const {
    return open_store(folder_ / "sweep.db", small_sweep(), small_splits(), std::move(patience));
  }

  ScratchFolder folder_;
};

TEST_F(LoopTest, RunsASweepToItsVerdictAndThenHasNothingToDo) {
  {
    results::Store store = open();
    State state = restored(small_sweep(), store);
    const auto mailboxes = std::make_shared<worker::Mailboxes>(3);
    worker::MemoryTransport here(mailboxes, 0);
    Crew crew(2, mailboxes);
    EXPECT_EQ(run_loop(state, store, here, ProgressStyle::log).exit_code, kExitOk);
    const auto trained = crew.trained();
    EXPECT_EQ(trained.size(), 6U);
    for (const auto& [cell, count] : trained) EXPECT_EQ(count, 1) << cell;
    for (const results::CellRecord& cell : store.cells()) EXPECT_EQ(cell.state, results::CellState::accepted);
  }
  results::Store store = open();
  State state = restored(small_sweep(), store);
  const auto mailboxes = std::make_shared<worker::Mailboxes>(3);
  worker::MemoryTransport here(mailboxes, 0);
  Crew crew(2, mailboxes);
  EXPECT_EQ(run_loop(state, store, here, ProgressStyle::log).exit_code, kExitOk);
  EXPECT_TRUE(crew.trained().empty());
}

// Once nothing else is left there is always one more beat.
class Flood : public worker::MemoryTransport {
 public:
  using worker::MemoryTransport::MemoryTransport;
  std::optional<worker::Envelope> receive() override {
    if (auto envelope = worker::MemoryTransport::receive()) {
      known_ = true;
      return envelope;
    }
    if (!known_) return std::nullopt;
    return worker::Envelope{1, worker::encode(worker::Beat{})};
  }

 private:
  bool known_ = false;
};

TEST_F(LoopTest, RunsHoweverMuchItHears) {
  results::Store store = open();
  State state = restored(small_sweep(), store);
  const auto mailboxes = std::make_shared<worker::Mailboxes>(2);
  Flood here(mailboxes, 0);
  Crew crew(1, mailboxes);
  EXPECT_EQ(run_loop(state, store, here, ProgressStyle::log).exit_code, kExitOk);
  EXPECT_EQ(crew.trained().size(), 6U);
}

TEST_F(LoopTest, ASignalStopsItAndTheNextRunGoesOn) {
  std::size_t trained_before = 0;
  {
    results::Store store = open();
    State state = restored(small_sweep(), store);
    const auto mailboxes = std::make_shared<worker::Mailboxes>(2);
    worker::MemoryTransport here(mailboxes, 0);
    Crew crew(1, mailboxes, [] { kill(getpid(), SIGUSR1); });
    EXPECT_EQ(run_loop(state, store, here, ProgressStyle::log).exit_code, kExitInterrupted);
    trained_before = crew.trained().size();
    EXPECT_LT(trained_before, 6U);
  }
  results::Store store = open();
  State state = restored(small_sweep(), store);
  const auto mailboxes = std::make_shared<worker::Mailboxes>(2);
  worker::MemoryTransport here(mailboxes, 0);
  Crew crew(1, mailboxes);
  EXPECT_EQ(run_loop(state, store, here, ProgressStyle::log).exit_code, kExitOk);
  EXPECT_EQ(crew.trained().size() + trained_before, 6U);
}

// Another program has the database locked from the first assignment on.
class Locked : public LoopTest {
 protected:
  void lock() { other_.emplace(folder_ / "sweep.db", "BEGIN IMMEDIATE"); }
  void unlock() { other_->leave(); }

  std::optional<results::Locker> other_;
};

TEST_F(Locked, ForAWhileItGoesOnAndSaysSo) {
  std::vector<std::string> lines;
  results::Store store = open({std::chrono::minutes(1), [&](const std::string& line) {
                                 lines.push_back(line);
                                 if (lines.size() == 1) unlock();
                               }});
  State state = restored(small_sweep(), store);
  const auto mailboxes = std::make_shared<worker::Mailboxes>(3);
  worker::MemoryTransport here(mailboxes, 0);
  std::once_flag once;
  Crew crew(2, mailboxes, [&] { std::call_once(once, [&] { lock(); }); });
  EXPECT_EQ(run_loop(state, store, here, ProgressStyle::log).exit_code, kExitOk);
  EXPECT_EQ(lines.size(), 2U);
  const auto trained = crew.trained();
  EXPECT_EQ(trained.size(), 6U);
  for (const auto& [cell, count] : trained) EXPECT_EQ(count, 1) << cell;
}

TEST_F(Locked, ForGoodItIsTrouble) {
  results::Store store = open({std::chrono::milliseconds(300), {}});
  State state = restored(small_sweep(), store);
  const auto mailboxes = std::make_shared<worker::Mailboxes>(2);
  worker::MemoryTransport here(mailboxes, 0);
  std::once_flag once;
  Crew crew(1, mailboxes, [&] { std::call_once(once, [&] { lock(); }); });
  EXPECT_THROW(run_loop(state, store, here, ProgressStyle::log), RunError);
  here.send(1, worker::encode(worker::Stop{}));
  unlock();
}

TEST_F(LoopTest, ASecondSignalStopsItAtOnce) {
  signal(SIGHUP, SIG_DFL);  // the tests may run under nohup
  for (const int wish : {SIGINT, SIGTERM, SIGHUP}) {
    results::Store store = open();
    State state = restored(small_sweep(), store);
    const auto mailboxes = std::make_shared<worker::Mailboxes>(2);
    worker::MemoryTransport here(mailboxes, 0);
    // A worker that is told to train and never answers.
    std::thread deaf([&] {
      worker::MemoryTransport there(mailboxes, 1);
      there.send(0, worker::encode(worker::Ready{worker::kProtocolVersion, "host", "cpu"}));
      for (int signals = 0; signals < 2;) {
        const auto envelope = there.receive();  // Assign, then Stop
        if (!envelope || std::holds_alternative<worker::Pulse>(worker::decode(envelope->bytes))) continue;
        kill(getpid(), wish);
        ++signals;
      }
    });
    EXPECT_THROW(run_loop(state, store, here, ProgressStyle::log), StopAtOnce);
    deaf.join();
  }
  const auto file = folder_ / "sweep.db";
  EXPECT_EQ(results::text(file, "SELECT group_concat(exit_code) FROM verdict"), "4,4,4");
  EXPECT_EQ(results::count(file, "SELECT count(*) FROM attempts WHERE state = 'running'"), 0);
  EXPECT_EQ(results::count(file, "SELECT count(*) FROM cells WHERE state = 'running'"), 0);
}

}  // namespace
}  // namespace missmodal::coordinator
