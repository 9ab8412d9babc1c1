// A database that was copied with cp while a sweep wrote it.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "results/lease.h"
#include "results/report.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"
#include "tests/results/fault_vfs.h"
#include "tests/results/small_run.h"

namespace missmodal::results {
namespace {

using testing::Contains;
using testing::HasSubstr;
using Journal = FaultVfs::Journal;

std::string undisturbed(const std::filesystem::path& folder) {
  const SmallRun run(folder / "calm.db");
  run.begin();
  run.go_on();
  return tables_of(run.file());
}

TEST(StorageCopy, WithoutItsLogIsAnEarlierStateAndSaysSo) {
  const auto folder = scratch_folder();
  const std::string tables = undisturbed(folder);
  std::vector<Files> copies;  // at every commit
  const SmallRun run(folder / "a.db");
  run.begin();
  run.go_on([&](const std::vector<Change>&) {
    copies.push_back({{"a.db", read_bytes(run.file())},
                      {"a.db-wal", read_bytes(run.file().string() + "-wal")},
                      {"a.db.lock", read_bytes(run.file().string() + ".lock")}});
  });
  copies.pop_back();  // it has the verdict
  for (const bool with_log : {false, true}) {
    for (std::size_t i = 0; i < copies.size(); ++i) {
      SCOPED_TRACE(testing::Message() << "commit " << i << (with_log ? " with" : " without") << " the log");
      const auto place = folder / "place";
      std::filesystem::remove_all(place);
      std::filesystem::create_directory(place);
      for (const auto& [name, bytes] : copies[i]) {
        if (with_log || name != "a.db-wal") write_bytes(place / name, bytes);
      }
      const SmallRun copy(place / "a.db");
      EXPECT_THAT(
          report(Exhibit::table1, {copy.file()}).notes,
          Contains(HasSubstr("its last run wrote no verdict: it was killed, or " + copy.file().string() +
                             " is a copy made while it ran, which may lack the latest cells")));
      EXPECT_EQ(lease_holder(copy.file()), std::nullopt);  // the lock's text came along, the lock did not
      if (with_log) {
        EXPECT_EQ(count(copy.file(), "SELECT count(*) FROM cells WHERE state = 'accepted'"), i < 2   ? 0
                                                                                             : i < 7 ? 1
                                                                                                     : 2);
      }
      copy.go_on();
      EXPECT_EQ(tables_of(copy.file()), tables);
    }
  }
}

TEST(StorageCopy, OfARunThatGoesOnIsNotedOnlyInTheCopy) {
  const auto folder = scratch_folder();
  const Store store = open_store(folder / "a.db");
  std::filesystem::copy_file(folder / "a.db", folder / "b.db");
  EXPECT_THAT(report(Exhibit::table1, {folder / "a.db"}).notes, Not(Contains(HasSubstr("no verdict"))));
  EXPECT_THAT(report(Exhibit::table1, {folder / "b.db"}).notes, Contains(HasSubstr("no verdict")));
}

// cp reads page after page while commits change them: the first pages are of one moment, the rest of another.
// What is not refused has whole cells alone: at worst it is a step behind with its plan, which a run writes
// again.
TEST(StorageCopy, ThatIsTornIsRefusedOrGoesOnToTheSameTables) {
  constexpr std::size_t kPage = 4096;
  const auto folder = scratch_folder();
  const std::string tables = undisturbed(folder);
  FaultVfs vfs(Journal::rollback);
  std::vector<std::string> moments;
  const SmallRun run(folder / "a.db");
  run.begin();
  run.go_on([&](const std::vector<Change>&) { moments.push_back(read_bytes(run.file())); });
  moments.pop_back();  // it has the verdict
  std::set<std::string> torn;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    for (const std::size_t j : {i + 1, i + 3}) {
      if (j >= moments.size()) continue;
      for (std::size_t at = kPage; at < moments[i].size(); at += kPage) {
        torn.insert(moments[i].substr(0, at) + moments[j].substr(at));
        torn.insert(moments[j].substr(0, at) + moments[i].substr(at));
      }
    }
  }
  for (const std::string& whole : moments) torn.erase(whole);
  int refused = 0;
  const SmallRun copy(folder / "b.db");
  for (const std::string& bytes : torn) {
    write_bytes(copy.file(), bytes);
    try {
      report(Exhibit::table1, {copy.file()});
    } catch (const InputError& error) {
      ++refused;
      EXPECT_THAT(error.what(), HasSubstr(copy.file().string() + ": "));
      EXPECT_THROW(copy.go_on(), InputError);
      continue;
    }
    copy.go_on();
    EXPECT_EQ(tables_of(copy.file()), tables);
  }
  EXPECT_GT(refused, static_cast<int>(torn.size()) / 2) << "of " << torn.size();
}

}  // namespace
}  // namespace missmodal::results
