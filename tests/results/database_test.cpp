#include "results/database.h"

#include <gtest/gtest.h>

#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

// POSIX drops a process's locks on a file when it closes any descriptor of it.
TEST(Database, LookingAtAFileKeepsThisProcesssLocksOnIt) {
  const auto file = fabricate(scratch_folder() / "sweep.db");
  run_shell("sqlite3 " + file.string() + " 'PRAGMA journal_mode = delete'");
  SQLite::Database ours(file.string(), SQLite::OPEN_READWRITE);
  ours.exec("BEGIN IMMEDIATE");
  const std::string others = "sqlite3 " + file.string() + " 'UPDATE stages SET planned = planned'";
  ASSERT_NE(run_shell(others).exit_code, 0) << "locked";
  EXPECT_EQ(inspect_file(file), FileKind::ours);
  EXPECT_EQ(open_for_reading(file).execAndGet("SELECT count(*) FROM sweep").getInt(), 1);
  EXPECT_NE(run_shell(others).exit_code, 0) << "still";
  ours.exec("ROLLBACK");
  EXPECT_EQ(run_shell(others).exit_code, 0);
}

}  // namespace
}  // namespace missmodal::results
