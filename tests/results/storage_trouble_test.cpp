// What a store says and does where its disk or its rights are in the way.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "results/store.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"
#include "tests/results/fault_vfs.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;
using Changes = std::vector<Change>;
using Journal = FaultVfs::Journal;

// The line of a store that is in trouble at the first operation of this kind, once it is open.
std::string line_of(const std::filesystem::path& file, const Fault& fault) {
  FaultVfs vfs(Journal::rollback);
  Store store = open_store(file);
  vfs.arm(fault);
  try {
    store.commit(Changes{SweepEnded{0, "ended"}});
  } catch (const RunError& error) {
    return error.what();
  }
  return "";
}

TEST(StorageLine, SaysWhatFailedAndWhatToDo) {
  const auto file = scratch_folder() / "a.db";
  const std::string name = file.string();
  EXPECT_EQ(line_of(file, {Effect::fill_disk, kWrite}),
            name +
                ": commit: database or disk is full (SQLite code 13); free some space, then the same command "
                "goes on");
  EXPECT_EQ(line_of(file, {Effect::fail, kSync}),
            name +
                ": commit: disk I/O error in a sync (SQLite code 1034); once the disk is well the same "
                "command goes on");
  EXPECT_EQ(
      line_of(file, {Effect::fail, kOpen}),
      name +
          ": commit: unable to open database file (SQLite code 14); the file and its folder must be readable "
          "and writable");
}

TEST(StorageLine, IsOneAlsoWhereTheDiskIsFullFromTheStart) {
  const auto file = scratch_folder() / "a.db";
  FaultVfs vfs(Journal::log);
  vfs.arm({Effect::fill_disk, kWrite, 1, true});
  try {
    open_store(file);
    ADD_FAILURE() << "the disk is full";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr(file.string() + ": open: database or disk is full (SQLite code 13); free some"));
  }
  vfs.disarm();
  EXPECT_TRUE(open_store(file).cells().empty());
}

// What a store on the file says to a user without rights. Exit code 0: nothing.
Finished said_without_rights(const std::filesystem::path& file) {
  int lines[2];
  EXPECT_EQ(pipe(lines), 0);
  const pid_t child = fork();
  if (child == 0) {
    constexpr int kNobody = 65534;
    if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) _exit(77);
    int code = 0;
    std::string line;
    try {
      open_store(file);
    } catch (const RunError& error) {
      line = error.what();
      code = 1;
    } catch (const InputError& error) {
      line = error.what();
      code = 2;
    }
    if (write(lines[1], line.data(), line.size()) != static_cast<ssize_t>(line.size())) code = 3;
    _exit(code);
  }
  close(lines[1]);
  std::string line(4096, '\0');
  const ssize_t size = read(lines[0], line.data(), line.size());
  close(lines[0]);
  line.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return {WEXITSTATUS(status), line};
}

TEST(StorageLine, OfAFolderAndOfAFileThatMayNotBeWritten) {
  using std::filesystem::perms;
  const auto folder = scratch_folder();
  const auto file = fabricate(folder / "a.db");
  const auto rights = [&](perms of_folder, perms of_file) {
    std::filesystem::permissions(folder, of_folder);
    std::filesystem::permissions(file, of_file);
  };
  constexpr perms kRead = perms::owner_read | perms::others_read;
  constexpr perms kSearch = perms::owner_exec | perms::others_exec;
  const std::string bytes = read_bytes(file);
  rights(kRead | kSearch, kRead);
  const Finished in_folder = said_without_rights(file);
  rights(perms::all, kRead);
  const Finished on_file = said_without_rights(file);
  rights(perms::all, perms::all);
  if (in_folder.exit_code == 77) GTEST_SKIP() << "root may not become another user here";
  EXPECT_EQ(in_folder.exit_code, 1);
  EXPECT_EQ(in_folder.output, file.string() + ".lock: open: Permission denied");
  EXPECT_EQ(on_file.exit_code, 1);
  EXPECT_EQ(on_file.output, file.string() +
                                ": open: attempt to write a readonly database (SQLite code 8); the file and "
                                "its folder must be readable and writable");
  EXPECT_EQ(read_bytes(file), bytes);
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".lock"));
}

TEST(StorageFallback, ToTheRollbackJournalIsWrittenDown) {
  const auto file = scratch_folder() / "a.db";
  FaultVfs vfs(Journal::rollback);
  EXPECT_EQ(open_store(file).journal_mode(), "delete");
  EXPECT_EQ(text(file, "SELECT journal_mode FROM provenance"), "delete");
}

}  // namespace
}  // namespace missmodal::results
