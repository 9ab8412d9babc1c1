// A store, and a second connection that has the database locked.

#include "results/patience.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "results/store.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"
#include "tests/results/locker.h"

namespace missmodal::results {
namespace {

using std::chrono::milliseconds;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using Changes = std::vector<Change>;

Store open_with(const std::filesystem::path& file, Patience patience) {
  return {file, provenance(), stages(), splits(), std::move(patience)};
}

// Waits until the lock is gone, which happens when it has said that it waits.
class Patient : public testing::TestWithParam<const char*> {
 protected:
  Patience patience() {
    return {std::chrono::minutes(1), [this](const std::string& line) {
              lines_.push_back(line);
              if (lines_.size() == 1) locker_->leave();
            }};
  }
  void expect_one_wait() const {
    EXPECT_THAT(lines_, ElementsAre(HasSubstr("another program has locked it; waiting, for at most 60 s"),
                                    ContainsRegex("no longer locked, after [0-9] s")));
  }
  std::filesystem::path file_ = fabricate(scratch_folder() / "a.db");
  std::optional<Locker> locker_;
  std::vector<std::string> lines_;
};

// At rest the file has the rollback journal, where a reader too is in a writer's way.
INSTANTIATE_TEST_SUITE_P(Locks, Patient, testing::Values("BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"));

TEST_P(Patient, AtStart) {
  locker_.emplace(file_, GetParam());
  const Store store = open_with(file_, patience());
  expect_one_wait();
  EXPECT_EQ(text(file_, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(store.cells().size(), 26U);
}

TEST_P(Patient, Later) {
  Store store = open_with(file_, patience());
  const std::string begin = GetParam();
  locker_.emplace(file_, begin);
  store.commit(Changes{SweepEnded{0, "done"}});
  if (begin == "BEGIN") {
    EXPECT_TRUE(lines_.empty());  // with the log a reader is in nobody's way
  } else {
    expect_one_wait();
  }
  EXPECT_EQ(count(file_, "SELECT count(*) FROM verdict"), 2);
}

TEST(Patience, EndsInTrouble) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const std::string bytes = read_bytes(file);
  {
    Locker locker(file, "BEGIN IMMEDIATE");
    try {
      open_with(file, {milliseconds(1), {}});
      ADD_FAILURE() << "it is locked";
    } catch (const RunError& error) {
      EXPECT_THAT(error.what(),
                  HasSubstr("another program has kept it locked for 0.001 s (resources.busy_seconds)"));
    }
    locker.leave();
  }
  EXPECT_EQ(read_bytes(file), bytes);
}

TEST(Patience, IsNotNeededToTry) {
  const auto file = fabricate(scratch_folder() / "a.db");
  std::vector<std::string> lines;
  Store store = open_with(file, {milliseconds(1), [&](const std::string& line) { lines.push_back(line); }});
  const Changes changes{SweepEnded{0, "done"}};
  Locker locker(file, "BEGIN IMMEDIATE");
  EXPECT_FALSE(store.try_commit(changes));
  EXPECT_EQ(count(file, "SELECT count(*) FROM verdict"), 1);
  EXPECT_THROW(store.try_commit(changes), RunError);  // longer than a millisecond
  locker.leave();
  EXPECT_TRUE(store.try_commit(changes));
  EXPECT_EQ(lines.size(), 2U);
  EXPECT_EQ(count(file, "SELECT count(*) FROM verdict"), 2);
}

}  // namespace
}  // namespace missmodal::results
