#include "sweeps/width.h"

#include <gtest/gtest.h>

#include <string>

#include "sweeps/error.h"

namespace missmodal::sweeps {
namespace {

const std::string kKey = "resources.ranks_per_trial";

Sweep sweep_of_two_stages() {
  Sweep sweep;
  sweep.base.ranks = 2;
  Stage search;
  search.name = "search";
  search.method = Method{};
  Stage repeat;
  repeat.name = "final";
  repeat.from = "search";
  sweep.stages = {search, repeat};
  return sweep;
}

TEST(Width, IsTheBasesUnlessAStageSaysOtherwise) {
  Sweep sweep = sweep_of_two_stages();
  EXPECT_EQ(widths(sweep, sweep.stages[0]), std::set<int>{2});
  sweep.stages[0].settings[kKey] = 3;
  EXPECT_EQ(widths(sweep, sweep.stages[0]), std::set<int>{3});
  EXPECT_EQ(widths(sweep, sweep.stages[1]), std::set<int>{3});  // it inherits the search's
  sweep.stages[1].settings[kKey] = 1;
  EXPECT_EQ(widths(sweep, sweep.stages[1]), std::set<int>{1});
}

TEST(Width, IsAnyThatASearchMaySelect) {
  Sweep sweep = sweep_of_two_stages();
  sweep.stages[0].parameters = {{kKey, {1, 4}, 0, 0, false}};
  EXPECT_EQ(widths(sweep, sweep.stages[1]), (std::set<int>{1, 4}));
  sweep.stages[1].variants = {{"same", {}}, {"wide", {{kKey, 8}}}};
  EXPECT_EQ(widths(sweep, sweep.stages[1]), (std::set<int>{1, 4, 8}));
}

TEST(Width, MoreRanksThanThereAreAreRefused) {
  const Sweep sweep = sweep_of_two_stages();
  EXPECT_NO_THROW(refuse_too_wide(sweep, 2));
  try {
    refuse_too_wide(sweep, 1);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.mistakes()[0].place, kKey);
    EXPECT_EQ(error.mistakes()[0].reason,
              "stage search needs 2 ranks for one trial, this job has 1 to train with");
  }
}

}  // namespace
}  // namespace missmodal::sweeps
