#include "results/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/store.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;
using Changes = std::vector<Change>;

void fail(Store& store, const std::string& cell, int attempt, bool park) {
  store.commit(Changes{started(cell, attempt, {1, "host", "cpu"}),
                       AttemptFailed{cell, attempt, FailureClass::run_error, "no data", park}});
}

std::string reason(const std::filesystem::path& file, const std::string& cell) {
  try {
    retry(file, cell);
  } catch (const InputError& error) {
    return error.mistakes().at(0).place + ": " + error.mistakes()[0].reason;
  }
  return "";
}

TEST(Retry, ForgivesWhatWasCountedAndKeepsTheHistory) {
  const auto file = scratch_folder() / "a.db";
  const auto cell = planned_cell({}, "final", 0);
  {
    Store store = open_store(file);
    store.commit(Changes{StagePlanned{"final", {cell}}});
    fail(store, cell.id, 1, false);
    fail(store, cell.id, 2, true);
    EXPECT_EQ(store.cells()[0].counted_failures, 2);
  }
  EXPECT_EQ(retry(file, ""), 1);
  EXPECT_EQ(retry(file, ""), 0);
  Store store = open_store(file);
  EXPECT_EQ(store.cells()[0].state, CellState::pending);
  EXPECT_EQ(store.cells()[0].counted_failures, 0);
  EXPECT_EQ(store.cells()[0].attempts, 2);
  EXPECT_EQ(count(file, "SELECT count(*) FROM attempts WHERE failure = 'run_error'"), 2);
  fail(store, cell.id, 3, false);
  EXPECT_EQ(store.cells()[0].counted_failures, 1);
}

TEST(Retry, TakesOneCellByTheBeginningOfItsId) {
  const auto file = scratch_folder() / "a.db";
  const auto parked = planned_cell({.seed = 1}, "final", 0);
  const auto also = planned_cell({.seed = 2}, "final", 1);
  const auto waiting = planned_cell({.seed = 3}, "final", 2);
  const auto accepted = planned_cell({.seed = 4}, "final", 3);
  const auto diverged = planned_cell({.seed = 5}, "final", 4);
  {
    Store store = open_store(file);
    store.commit(Changes{StagePlanned{"final", {parked, also, waiting, accepted, diverged}}});
    fail(store, parked.id, 1, true);
    fail(store, also.id, 1, true);
    accept(store, accepted.id, trial_result({}));
    sweeps::TrialResult result;
    result.outcome = sweeps::Outcome::diverged;
    result.diverged_step = 12;
    accept(store, diverged.id, result);
  }
  EXPECT_EQ(retry(file, parked.id.substr(0, 12)), 1);
  EXPECT_EQ(text(file, "SELECT id FROM cells WHERE state = 'parked'"), also.id);
  EXPECT_EQ(reason(file, "zzz"), "--cell zzz: no cell's id begins so");
  EXPECT_THAT(reason(file, diverged.id),
              HasSubstr("has diverged at step 12, and would again: that is final"));
  EXPECT_THAT(reason(file, accepted.id), HasSubstr("is accepted"));
  EXPECT_THAT(reason(file, waiting.id), HasSubstr("it waits already"));
  const Store store = open_store(file);
  EXPECT_THROW(retry(file, ""), RunError);
}

TEST(Retry, WantsAnUnambiguousId) {
  const auto file = scratch_folder() / "a.db";
  StagePlanned final{"final", {}};
  for (int i = 0; i < 17; ++i)
    final.cells.push_back(planned_cell({.seed = i}, "final", i));  // of 16 first digits
  {
    Store store = open_store(file);
    store.commit(Changes{final});
  }
  const std::string twice =
      text(file, "SELECT substr(id, 1, 1) FROM cells GROUP BY 1 HAVING count(*) > 1 LIMIT 1");
  EXPECT_THAT(reason(file, twice), HasSubstr("several cells' ids begin so"));
}

}  // namespace
}  // namespace missmodal::results
