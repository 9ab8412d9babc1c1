#include "results/lease.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "results/store.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;

TEST(Lease, IsHeldByOneAtATime) {
  const auto file = scratch_folder() / "a.db";
  EXPECT_EQ(lease_holder(file), std::nullopt);
  {
    const Lease lease(file);
    EXPECT_EQ(lease_holder(file), host_name() + ", process " + std::to_string(getpid()));
    try {
      const Lease second(file);
      ADD_FAILURE() << "two writers";
    } catch (const RunError& error) {
      EXPECT_EQ(error.what(), file.string() + ": is being written by " + host_name() + ", process " +
                                  std::to_string(getpid()));
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
  write_bytes(file.string() + ".lock", "elsewhere, process 7");
  EXPECT_EQ(lease_holder(file), std::nullopt);
  const Lease lease(file);
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
