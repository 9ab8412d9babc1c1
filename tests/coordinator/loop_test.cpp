#include "coordinator/loop.h"

#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sweeps/exit_code.h"
#include "tests/coordinator/small_store.h"
#include "tests/coordinator/small_sweep.h"
#include "worker/memory_transport.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {
namespace {

// Worker threads that speak the real protocol and finish every cell at once.
class Crew {
 public:
  Crew(int workers, std::shared_ptr<worker::Mailboxes> mailboxes) {
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
    for (;;) {
      const auto envelope = transport.receive();
      if (!envelope) {
        std::this_thread::yield();
        continue;
      }
      const worker::Message message = worker::decode(envelope->bytes);
      if (std::holds_alternative<worker::Stop>(message)) return;
      const auto& assign = std::get<worker::Assign>(message);
      {
        const std::lock_guard lock(mutex_);
        ++trained_[assign.cell];
      }
      if (on_assign) on_assign();
      transport.send(0, worker::encode(worker::Finished{assign.cell, assign.attempt, finished_with(1.0)}));
    }
  }

 public:
  std::function<void()> on_assign;  // set before the loop starts

 private:
  std::mutex mutex_;
  std::map<std::string, int> trained_;
  std::vector<std::thread> threads_;
};

class LoopTest : public testing::Test {
 protected:
  LoopTest() : folder_("loop") {}

  results::Store open() const { return open_store(folder_ / "sweep.db", small_sweep()); }

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

TEST_F(LoopTest, ASignalStopsItAndTheNextRunGoesOn) {
  std::size_t trained_before = 0;
  {
    results::Store store = open();
    State state = restored(small_sweep(), store);
    const auto mailboxes = std::make_shared<worker::Mailboxes>(2);
    worker::MemoryTransport here(mailboxes, 0);
    Crew crew(1, mailboxes);
    crew.on_assign = [] { kill(getpid(), SIGUSR1); };
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

}  // namespace
}  // namespace missmodal::coordinator
