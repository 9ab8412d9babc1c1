#include "results/database_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "results/lease.h"
#include "results/status.h"
#include "results/store.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;

// The one mistake in opening this name, as a writer.
std::string refusal(const std::filesystem::path& name) {
  try {
    open_store(name);
  } catch (const InputError& error) {
    EXPECT_EQ(error.mistakes().size(), 1U);
    return error.mistakes()[0].place + ": " + error.mistakes()[0].reason;
  }
  return "";
}

TEST(DatabaseName, MustBeAFileOfItsOwn) {
  EXPECT_EQ(refusal(""), "database \"\": needs the name of a file");
  EXPECT_THAT(refusal(":memory:"), HasSubstr("SQLite would keep it in memory"));
  EXPECT_THAT(refusal("file:a.db?mode=memory"), HasSubstr("must be a path, not an address"));
  for (const std::string suffix : {"-wal", "-shm", "-journal", ".lock"}) {
    const auto name = scratch_folder() / ("a.db" + suffix);
    EXPECT_THAT(refusal(name), HasSubstr("belong to another database"));
    EXPECT_FALSE(std::filesystem::exists(name));
  }
}

TEST(DatabaseName, IsThatBehindTheLinks) {
  const auto folder = std::filesystem::canonical(scratch_folder());
  std::filesystem::create_directory(folder / "real");
  std::filesystem::create_directory_symlink(folder / "real", folder / "link");
  std::filesystem::create_symlink("real/a.db", folder / "one.db");
  std::filesystem::create_symlink("../one.db", folder / "real/two.db");
  for (const char* name : {"real/a.db", "link/a.db", "one.db", "link/two.db", "real/../link/./a.db"}) {
    EXPECT_EQ(database_file(folder / name), folder / "real/a.db") << name;  // nothing is there yet
    EXPECT_EQ(database_file(std::filesystem::relative(folder) / name), folder / "real/a.db") << name;
  }
  std::filesystem::create_symlink("loop.db", folder / "loop.db");
  EXPECT_THAT(refusal(folder / "loop.db"), HasSubstr("is a symbolic link that leads nowhere"));
  std::filesystem::create_symlink(":memory:", folder / "memory.db");
  EXPECT_EQ(database_file(folder / "memory.db"),
            folder / ":memory:");  // with its folder it is a file as any other
}

TEST(DatabaseName, GivesOneLeaseToAllItsLinks) {
  const auto folder = scratch_folder();
  std::filesystem::create_symlink("a.db", folder / "link.db");  // dangling
  const Store store = open_store(folder / "link.db");
  EXPECT_TRUE(std::filesystem::exists(folder / "a.db"));
  EXPECT_NE(lease_holder(folder / "a.db"), std::nullopt);
  EXPECT_THROW(open_store(folder / "a.db"), RunError);
  EXPECT_THROW(open_store(folder / "link.db"), RunError);
  EXPECT_NE(read_status(folder / "link.db").writer, std::nullopt);
}

TEST(DatabaseName, IsTheOnlyOneOfAFileThatIsWritten) {
  const auto folder = scratch_folder();
  fabricate(folder / "a.db");
  std::filesystem::create_hard_link(folder / "a.db", folder / "b.db");
  EXPECT_THAT(refusal(folder / "b.db"), HasSubstr("has 2 names (hard links)"));
  EXPECT_EQ(read_status(folder / "b.db").attempts, 27);
}

TEST(DatabaseName, IsNeitherADeviceNorAPipe) {
  EXPECT_THAT(refusal("/dev/null"), HasSubstr("is a device, pipe or socket"));
  const auto pipe = scratch_folder() / "pipe.db";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(refusal(pipe), HasSubstr("is a device, pipe or socket"));
}

}  // namespace
}  // namespace missmodal::results
