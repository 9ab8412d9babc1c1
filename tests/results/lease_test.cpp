#include "results/lease.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "results/store.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(Lease, IsHeldByOneAtATime) {
  const auto file = scratch_folder() / "a.db";
  EXPECT_EQ(lease_holder(file), std::nullopt);
  {
    const Lease lease(file);
    const std::string us = host_name() + ", process " + std::to_string(getpid()) + ", since ";
    EXPECT_THAT(lease_holder(file).value(), MatchesRegex(us + "20..-..-.. ..:..:.. UTC"));
    try {
      const Lease second(file);
      ADD_FAILURE() << "two writers";
    } catch (const RunError& error) {
      EXPECT_EQ(error.what(), file.string() + ": is being written by " + lease_holder(file).value() +
                                  "; stop it with: kill -TERM " + std::to_string(getpid()));
    }
  }
  EXPECT_EQ(lease_holder(file), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".lock"));
  const Lease again(file);
}

TEST(Lease, OfADatabaseWithoutAFolderIsTheUsersMistake) {
  const auto file = scratch_folder() / "none" / "a.db";
  try {
    const Lease lease(file);
    ADD_FAILURE() << "there is nowhere to put it";
  } catch (const InputError& error) {
    EXPECT_EQ(error.mistakes().at(0).place, file.string());
    EXPECT_EQ(error.mistakes().at(0).reason, "its folder does not exist");
  }
}

TEST(Lease, OfAKilledProcessHoldsNobodyOut) {
  const auto file = scratch_folder() / "a.db";
  int has_it[2];
  ASSERT_EQ(pipe(has_it), 0);
  const pid_t other = fork();
  if (other == 0) {
    const Lease lease(file);
    if (write(has_it[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(has_it[0], &byte, 1), 1);
  const std::string holder = lease_holder(file).value();
  EXPECT_THAT(holder, HasSubstr(", process " + std::to_string(other) + ", "));
  EXPECT_THROW(Lease{file}, RunError);
  ASSERT_EQ(kill(other, SIGKILL), 0);
  ASSERT_EQ(waitpid(other, nullptr, 0), other);
  EXPECT_EQ(read_bytes(file.string() + ".lock"), holder);  // nobody took its text away
  EXPECT_EQ(lease_holder(file), std::nullopt);
  const Lease lease(file);
}

// A database whose writer was killed, and which is older than that writer's last renewal; or newer.
TEST(Lease, TellsADatabaseThatNobodyTouchedSinceItsWriterDied) {
  const auto file = scratch_folder() / "a.db";
  open_store(file);
  EXPECT_FALSE(is_as_its_writer_left_it(file));  // it ended in order
  const pid_t other = fork();
  if (other == 0) {
    const Lease lease(file);
    raise(SIGKILL);
  }
  ASSERT_EQ(waitpid(other, nullptr, 0), other);
  EXPECT_TRUE(is_as_its_writer_left_it(file));
  std::filesystem::copy_file(file, file.string() + ".copy");
  EXPECT_FALSE(is_as_its_writer_left_it(file.string() + ".copy"));
  const auto lock = file.string() + ".lock";
  std::filesystem::last_write_time(lock, std::filesystem::last_write_time(lock) - std::chrono::seconds(10));
  EXPECT_FALSE(is_as_its_writer_left_it(file));  // the file changed after the last renewal
  std::filesystem::last_write_time(lock, std::filesystem::last_write_time(lock) + std::chrono::seconds(10));
  const Lease lease(file);
  EXPECT_FALSE(is_as_its_writer_left_it(file));  // somebody writes it
}

// So much trust is why a start after a crash need not read the whole file; what was put in its place is read.
TEST(Lease, AFileThatReplacedTheCrashedOneIsReadAsAWhole) {
  const auto file = scratch_folder() / "a.db";
  open_store(file);
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec(
          "INSERT INTO cells (id, configuration, state, accepted_attempt) VALUES ('a', '{}', 'accepted', 1)");
  EXPECT_THROW(open_store(file), InputError);
  const auto lock = file.string() + ".lock";
  write_bytes(lock, "host, process 1, since long ago");
  std::filesystem::last_write_time(lock, std::filesystem::last_write_time(lock) - std::chrono::seconds(10));
  EXPECT_THROW(open_store(file), InputError);
  write_bytes(lock, "host, process 1, since just now");
  EXPECT_NO_THROW(open_store(file));  // as if its writer had left it so
}

// A process that holds something of the database, until it is told to go on; then it returns what `then`
// says.
class Holder {
 public:
  template <typename Hold, typename Then>
  Holder(Hold hold, Then then) {
    if (pipe(held_) != 0 || pipe(woken_) != 0) std::abort();
    process_ = fork();
    if (process_ != 0) {
      char byte = 0;
      if (read(held_[0], &byte, 1) != 1) std::abort();
      return;
    }
    auto thing = hold();
    char byte = 'x';
    if (write(held_[1], &byte, 1) != 1 || read(woken_[0], &byte, 1) != 1) _exit(9);
    const int code = then(*thing);
    thing.reset();
    _exit(code);
  }
  void stop() const {
    ASSERT_EQ(kill(process_, SIGSTOP), 0);
    int status = 0;
    ASSERT_EQ(waitpid(process_, &status, WUNTRACED), process_);
  }
  // Its exit code.
  int wake() const {
    if (write(woken_[1], "x", 1) != 1 || kill(process_, SIGCONT) != 0) return -1;
    int status = 0;
    return waitpid(process_, &status, 0) == process_ && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  int held_[2];
  int woken_[2];
  pid_t process_ = 0;
};

constexpr LeasePace kSwift{.renewal = std::chrono::milliseconds(20),
                           .stale = std::chrono::milliseconds(1000),
                           .watch = std::chrono::milliseconds(500)};

TEST(Lease, OfAStoppedProcessIsTakenOverAndNotGivenBack) {
  const auto file = scratch_folder() / "a.db";
  const Holder holder([&] { return std::make_unique<Lease>(file, nullptr, kSwift); },
                      [](Lease&) { return 0; });
  std::this_thread::sleep_for(2 * kSwift.stale);
  EXPECT_THROW((Lease{file, nullptr, kSwift}), RunError) << "it renews its lease";
  holder.stop();
  std::this_thread::sleep_for(2 * kSwift.stale);
  const std::string held_by = lease_holder(file).value();
  std::string told;
  const Lease lease(
      file, [&](const std::string& line) { told = line; }, kSwift);
  EXPECT_EQ(told, file.string() + ": taken over from " + held_by + ", who gave no sign of life");
  EXPECT_THAT(lease_holder(file).value(), HasSubstr(", process " + std::to_string(getpid()) + ", "));
  EXPECT_EQ(holder.wake(), 0);
  EXPECT_NE(lease_holder(file), std::nullopt) << "who lost it must leave the other's alone";
  EXPECT_THROW((Lease{file, nullptr, kSwift}), RunError);
}

TEST(Lease, AWriterThatSleptThroughATakeoverWritesNoMore) {
  const auto file = scratch_folder() / "a.db";
  Patience patience;
  patience.lease = kSwift;
  const Holder holder([&] { return std::make_unique<Store>(open_store(file, patience)); },
                      [&](Store& store) {
                        try {
                          store.commit(std::vector<Change>{SweepEnded{0, "of the dead"}});
                          return 1;
                        } catch (const RunError& error) {
                          const std::string expected =
                              file.string() +
                              ": another coordinator has taken the database over; this one writes no more";
                          return error.what() == expected ? 0 : 2;
                        }
                      });
  holder.stop();
  std::this_thread::sleep_for(2 * kSwift.stale);
  Store store = open_store(file, patience);
  EXPECT_EQ(holder.wake(), 0);
  store.commit(std::vector<Change>{SweepEnded{4, "of the living"}});
  SQLite::Database database(file.string());
  EXPECT_EQ(database.execAndGet("SELECT group_concat(verdict) FROM verdict").getString(), "of the living");
}

TEST(Lease, OnAnotherHostSaysWhereToStopIt) {
  const auto file = scratch_folder() / "a.db";
  const Lease lease(file);
  write_bytes(file.string() + ".lock", "node7, process 42, since 2026-11-25 12:00:00 UTC");
  try {
    const Lease second(file);
    ADD_FAILURE() << "two writers";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("stop it with: ssh node7 kill -TERM 42"));
  }
}

TEST(Lease, IsNotRefusedToAWriterBySomebodyWhoOnlyAsks) {
  const auto file = scratch_folder() / "a.db";
  std::atomic<bool> done = false;
  std::thread asking([&] {
    while (!done) lease_holder(file);
  });
  for (int i = 0; i < 500; ++i) EXPECT_NO_THROW(Lease{file}) << i;
  done = true;
  asking.join();
}

TEST(Lease, KeepsASecondStoreOut) {
  const auto file = scratch_folder() / "a.db";
  const Store store = open_store(file);
  try {
    open_store(file);
    ADD_FAILURE() << "two writers";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("is being written by " + host_name()));
  }
}

TEST(Lease, MovesWithItsStore) {
  const auto file = scratch_folder() / "a.db";
  Store first = open_store(file);
  const Store second = std::move(first);
  EXPECT_NE(lease_holder(file), std::nullopt);
}

}  // namespace
}  // namespace missmodal::results
