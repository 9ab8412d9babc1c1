#include "results/lease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

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
