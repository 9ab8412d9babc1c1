// A small run whose disk goes wrong at every place where it can, one after the other; then an ordinary run on
// what is left. Laws: the file is whole, a cell is there with all its rows or not at all, nothing that was
// reported as committed is missing, and the tables of the run that went on are the bytes of one that nothing
// disturbed.

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <new>
#include <span>
#include <variant>

#include "results/report.h"
#include "results/store.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"
#include "tests/results/fault_vfs.h"
#include "tests/results/small_run.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;
using Changes = std::vector<Change>;

// Whether the database knows of a change that the store has reported as committed.
bool remembers(SQLite::Database& database, const Change& change) {
  const auto holds = [&](const std::string& condition) {
    return database.execAndGet("SELECT " + condition).getInt() != 0;
  };
  if (const auto* planned = std::get_if<StagePlanned>(&change)) {
    return holds(fmt::format("(SELECT count(*) FROM stage_cells WHERE stage = '{}') = {}", planned->stage,
                             planned->cells.size()));
  }
  if (const auto* selected = std::get_if<StageSelected>(&change)) {
    return holds(fmt::format("EXISTS (SELECT 1 FROM stages WHERE name = '{}' AND selected_point = '{}')",
                             selected->stage, selected->point));
  }
  if (const auto* started = std::get_if<AttemptStarted>(&change)) {
    return holds(
        fmt::format("EXISTS (SELECT 1 FROM attempts WHERE cell = '{}' AND attempt = {} AND assignment = {})",
                    started->cell, started->attempt, started->assignment));
  }
  if (const auto* failed = std::get_if<AttemptFailed>(&change)) {
    return holds(fmt::format(
        "EXISTS (SELECT 1 FROM attempts WHERE cell = '{}' AND attempt = {} AND failure = 'run_error')",
        failed->cell, failed->attempt));
  }
  if (const auto* finished = std::get_if<AttemptFinished>(&change)) {
    return holds(fmt::format(
        "EXISTS (SELECT 1 FROM cells WHERE id = '{}' AND state = 'accepted' AND accepted_attempt = {})",
        finished->cell, finished->attempt));
  }
  const auto& ended = std::get<SweepEnded>(change);
  return holds(fmt::format("EXISTS (SELECT 1 FROM verdict WHERE exit_code = {})", ended.exit_code));
}

// The laws that hold of the file as soon as an ordinary writer has opened it again.
void expect_legal(SQLite::Database& database, std::span<const Changes> committed) {
  const auto number = [&](const std::string& query) { return database.execAndGet(query).getInt(); };
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
  EXPECT_EQ(number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
  EXPECT_EQ(number(fmt::format(
                "SELECT count(*) FROM cells c WHERE state = 'accepted' AND NOT ("
                "(SELECT count(*) FROM attempts WHERE cell = id AND state = 'accepted' AND attempt = "
                "accepted_attempt) = 1 AND (SELECT count(*) FROM predictions WHERE cell = id) = 2 "
                "AND (SELECT count(*) FROM metrics WHERE cell = id) = {} "
                "AND (SELECT count(*) FROM epochs WHERE cell = id) = 2)",
                SmallRun::kMetricsPerCell)),
            0);
  EXPECT_EQ(number("SELECT count(*) FROM cells c WHERE state != 'accepted' AND ("
                   "EXISTS (SELECT 1 FROM attempts WHERE cell = id AND state = 'accepted') "
                   "OR EXISTS (SELECT 1 FROM predictions WHERE cell = id) "
                   "OR EXISTS (SELECT 1 FROM metrics WHERE cell = id) "
                   "OR EXISTS (SELECT 1 FROM epochs WHERE cell = id))"),
            0);
  for (std::size_t i = 0; i < committed.size(); ++i) {
    for (const Change& change : committed[i]) EXPECT_TRUE(remembers(database, change)) << "commit " << i;
  }
}

using Journal = FaultVfs::Journal;

std::string journal_name(Journal journal) {
  return journal == Journal::log ? "log" : "rollback";
}

enum class Phase { begin, rest };

// What an undisturbed run leaves, and whether another that was disturbed comes to the same.
class Judge {
 public:
  explicit Judge(const std::filesystem::path& folder) {
    const SmallRun calm(folder / "calm.db");
    const Hear hear = [&](const Changes& changes) { all_.push_back(changes); };
    calm.begin(hear);
    begun_ = all_.size();
    begun_bytes_ = read_bytes(calm.file());
    calm.go_on(hear);
    SQLite::Database database(calm.file().string());
    contents_ = contents_of(database);
    tables_ = tables_of(calm.file());
  }

  // Puts what the phase needs where the run's database is to be.
  void prepare(const SmallRun& run, Phase phase) const {
    std::filesystem::create_directory(run.file().parent_path());
    if (phase == Phase::rest) write_bytes(run.file(), begun_bytes_);
  }

  // The run goes on, and the laws hold. `committed` of the phase's transactions had been reported as
  // committed.
  void expect_goes_on(const SmallRun& run, Phase phase, std::size_t committed) {
    run.go_on();
    SQLite::Database database(run.file().string());
    expect_legal(database, std::span(all_).first(committed + (phase == Phase::rest ? begun_ : 0)));
    EXPECT_TRUE(contents_of(database) == contents_) << contents_of(database);
    if (++judged_ % kBetweenTables == 1) {
      EXPECT_EQ(tables_of(run.file()), tables_);
    }
  }

  int commits() const { return static_cast<int>(all_.size()); }

 private:
  static constexpr int kBetweenTables = 40;  // the contents, from which they follow, are compared every time
  std::vector<Changes> all_;
  std::size_t begun_ = 0;
  std::string begun_bytes_;
  std::string contents_;
  std::string tables_;
  int judged_ = 0;
};

void do_phase(const SmallRun& run, Phase phase, std::size_t& committed) {
  const Hear count = [&](const Changes&) { ++committed; };
  phase == Phase::begin ? run.begin(count) : run.go_on(count);
}

// Under a sanitizer, which takes its time, every third place: the release build is at every one.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kSparse = 3;
#else
constexpr int kSparse = 1;
#endif

struct Kind {
  const char* name;
  Fault fault;
  int stride = 1;  // of the places; more where another kind has been at every one of them
};
using Trouble = testing::TestWithParam<std::tuple<Journal, Kind>>;

std::string trouble_name(const testing::TestParamInfo<Trouble::ParamType>& info) {
  return fmt::format("{}_{}", std::get<1>(info.param).name, journal_name(std::get<0>(info.param)));
}

INSTANTIATE_TEST_SUITE_P(
    StorageFaults, Trouble,
    testing::Combine(testing::Values(Journal::log, Journal::rollback),
                     testing::Values(Kind{"Error", {.effect = Effect::fail}},
                                     Kind{"Errors", {.effect = Effect::fail, .lasts = true}, 8},
                                     Kind{"FullDisk", {Effect::fill_disk, kWrite, 1, true}, 4})),
    trouble_name);

// An error at every operation: the run ends with one line, or does not notice.
TEST_P(Trouble, AtEveryOperation) {
  const auto folder = scratch_folder();
  FaultVfs vfs(std::get<0>(GetParam()));
  Judge judge(folder);
  const Kind& kind = std::get<1>(GetParam());
  int lines = 0;
  for (const Phase phase : {Phase::begin, Phase::rest}) {
    for (Fault fault = kind.fault;; fault.at += kind.stride * kSparse) {
      const SmallRun run(folder / "place" / "a.db");
      std::filesystem::remove_all(folder / "place");
      judge.prepare(run, phase);
      std::size_t committed = 0;
      std::string said;
      vfs.arm(fault);
      try {
        do_phase(run, phase, committed);
      } catch (const RunError& error) {
        said = error.what();
      }
      const bool struck = vfs.struck();
      vfs.disarm();
      SCOPED_TRACE(
          fmt::format("{}, operation {}: {}", phase == Phase::begin ? "begin" : "rest", fault.at, said));
      if (!struck) break;
      if (!said.empty()) {
        ++lines;
        EXPECT_THAT(said, HasSubstr(run.file().string() + ": "));
        EXPECT_THAT(said, Not(HasSubstr("\n")));
      }
      judge.expect_goes_on(run, phase, committed);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(lines * kind.stride, 2 * judge.commits());
}

using SuddenEnd = testing::TestWithParam<std::tuple<Journal, End>>;

std::string end_name(const testing::TestParamInfo<SuddenEnd::ParamType>& info) {
  const End end = std::get<1>(info.param);
  return fmt::format("{}_{}",
                     end == End::process ? "Process"
                     : end == End::power ? "Power"
                                         : "PowerInParts",
                     journal_name(std::get<0>(info.param)));
}

INSTANTIATE_TEST_SUITE_P(StorageFaults, SuddenEnd,
                         testing::Combine(testing::Values(Journal::log, Journal::rollback),
                                          testing::Values(End::process, End::power, End::power_in_parts)),
                         end_name);

// Every state of the disk that one run passes through.
TEST_P(SuddenEnd, AtEveryOperation) {
  const auto folder = scratch_folder();
  FaultVfs vfs(std::get<0>(GetParam()));
  Judge judge(folder);
  std::size_t judged = 0;
  for (const Phase phase : {Phase::begin, Phase::rest}) {
    const SmallRun run(folder / "run" / "a.db");
    std::filesystem::remove_all(folder / "run");
    judge.prepare(run, phase);
    std::map<Files, std::size_t> disks;  // and how many transactions had been reported, at most
    std::size_t committed = 0;
    vfs.watch([&] {
      std::size_t& reported = disks[vfs.remains(folder / "run", std::get<1>(GetParam()))];
      reported = std::max(reported, committed);
    });
    do_phase(run, phase, committed);
    vfs.watch({});
    for (const auto& [files, reported] : disks) {
      if (++judged % kSparse != 0) continue;
      SCOPED_TRACE(fmt::format("disk {}", judged));
      std::filesystem::remove_all(folder / "place");
      std::filesystem::create_directory(folder / "place");
      for (const auto& [name, bytes] : files) write_bytes(folder / "place" / name, bytes);
      judge.expect_goes_on(SmallRun(folder / "place" / "a.db"), phase, reported);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(static_cast<int>(judged), 2 * judge.commits());
}

std::string death_name(const testing::TestParamInfo<Journal>& info) {
  return journal_name(info.param);
}

class Death : public testing::TestWithParam<Journal> {};

INSTANTIATE_TEST_SUITE_P(StorageFaults, Death, testing::Values(Journal::log, Journal::rollback), death_name);

// The real thing now and then: with locks, the lease's file and shared memory left behind.
TEST_P(Death, OfAProcess) {
  constexpr int kStride = 16;
  const auto folder = scratch_folder();
  FaultVfs vfs(GetParam());
  Judge judge(folder);
  void* const memory =
      mmap(nullptr, sizeof(std::size_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* const committed = new (memory) std::size_t(0);
  int deaths = 0;
  for (Fault fault{.effect = Effect::die};; fault.at += kStride, ++deaths) {
    SCOPED_TRACE(fmt::format("operation {}", fault.at));
    const SmallRun run(folder / std::to_string(fault.at) / "a.db");
    judge.prepare(run, Phase::rest);
    *committed = 0;
    const pid_t child = fork();
    if (child == 0) {
      vfs.arm(fault);
      do_phase(run, Phase::rest, *committed);
      _exit(0);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 0) break;
    ASSERT_EQ(WEXITSTATUS(status), kDied);
    judge.expect_goes_on(run, Phase::rest, *committed);
    if (HasFailure()) break;
  }
  munmap(memory, sizeof(std::size_t));
  EXPECT_GE(deaths, judge.commits());
}

// A reader comes before anybody has gone on.
TEST(StorageReader, TakesBackWhatAWriterDiedIn) {
  const auto folder = scratch_folder();
  FaultVfs vfs(Journal::rollback);
  const SmallRun run(folder / "run" / "a.db");
  Judge judge(folder);
  judge.prepare(run, Phase::begin);
  std::size_t committed = 0;
  do_phase(run, Phase::begin, committed);
  std::vector<Files> disks;
  vfs.watch([&] { disks.push_back(vfs.remains(folder / "run", End::process)); });
  do_phase(run, Phase::rest, committed);
  vfs.watch({});
  int hot = 0;
  for (std::size_t i = 0; i < disks.size(); i += 8) {
    SCOPED_TRACE(i);
    const auto place = folder / "place";
    std::filesystem::remove_all(place);
    std::filesystem::create_directory(place);
    for (const auto& [name, bytes] : disks[i]) write_bytes(place / name, bytes);
    EXPECT_FALSE(tables_of(place / "a.db").empty());
    SQLite::Database database((place / "a.db").string());
    expect_legal(database, {});
    hot += disks[i].at("a.db") == read_bytes(place / "a.db") ? 0 : 1;
  }
  EXPECT_GT(hot, 2) << "of " << disks.size() << " disks";
}

}  // namespace
}  // namespace missmodal::results
