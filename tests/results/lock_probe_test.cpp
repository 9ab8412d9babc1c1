#include "results/lock_probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using std::chrono::milliseconds;

TEST(LockProbe, FindsThemAtWorkOnThisDisk) {
  const auto folder = scratch_folder();
  EXPECT_EQ(what_is_wrong_with_locks(folder, lock_by_fcntl), "");
  EXPECT_EQ(what_is_wrong_with_locks(folder, lock_by_flock), "");
  EXPECT_NO_THROW(check_locks(folder / "a.db", "nfs"));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(LockProbe, TellsThoseThatEverybodyGets) {
  EXPECT_EQ(what_is_wrong_with_locks(scratch_folder(), [](int) { return 0; }),
            "two processes get the same lock on a file");
}

TEST(LockProbe, TellsThoseThatNobodyGets) {
  EXPECT_EQ(what_is_wrong_with_locks(scratch_folder(), [](int) { return ENOLCK; }),
            "files cannot be locked (No locks available)");
}

TEST(LockProbe, DoesNotWaitForAServerThatIsSilent) {
  const auto folder = scratch_folder();
  const LockOperation silent = [](int) {
    for (;;) pause();
    return 0;
  };
  EXPECT_EQ(what_is_wrong_with_locks(folder, silent, milliseconds(20)),
            "a lock on a file gets no answer within 0.02 s");
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(LockProbe, NamesAFolderThatIsNotThere) {
  EXPECT_THROW(what_is_wrong_with_locks(scratch_folder() / "none", lock_by_fcntl), RunError);
}

TEST(LockProbe, RefusesADatabaseInOneLine) {
  const auto file = scratch_folder() / "a.db";
  try {
    check_locks(file, "nfs", [](int) { return 0; });
    ADD_FAILURE() << "everybody gets the lock";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()),
              file.string() +
                  ": two processes get the same lock on a file on the nfs file system there, so two sweeps "
                  "cannot be "
                  "kept apart; put the database on another, or mount that one with locks");
  }
}

}  // namespace
}  // namespace missmodal::results
