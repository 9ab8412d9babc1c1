#include "sweeps/selection.h"

#include <gtest/gtest.h>

#include <limits>

namespace missmodal::sweeps {
namespace {

using State = ScoredTrial::State;

TEST(SelectWinner, TakesTheBestMeanNotTheBestTrial) {
  const std::vector<ScoredTrial> trials{{0, "a", State::accepted, 0.1},
                                        {1, "b", State::accepted, 0.4},
                                        {2, "a", State::accepted, 0.9},
                                        {3, "b", State::accepted, 0.5}};
  EXPECT_EQ(select_winner(trials, true)->point, "b");
  EXPECT_DOUBLE_EQ(select_winner(trials, true)->value, 0.45);
  EXPECT_EQ(select_winner(trials, false)->point, "a");
}

TEST(SelectWinner, TieGoesToTheLowerPlanIndexInAnyOrder) {
  const std::vector<ScoredTrial> trials{
      {2, "a", State::accepted, 0.5}, {1, "b", State::accepted, 0.5}, {3, "a", State::accepted, 0.5}};
  EXPECT_EQ(select_winner(trials, true)->point, "b");
  EXPECT_EQ(select_winner({trials[1], trials[2], trials[0]}, false)->point, "b");
}

TEST(SelectWinner, APointWithADivergedOrParkedTrialCannotWin) {
  const std::vector<ScoredTrial> trials{{0, "a", State::accepted, 0.1},
                                        {1, "a", State::diverged, 0},
                                        {2, "b", State::accepted, 0.2},
                                        {3, "b", State::parked, 0},
                                        {4, "c", State::accepted, 0.9}};
  EXPECT_EQ(select_winner(trials, true)->point, "c");
}

TEST(SelectWinner, NothingQualifies) {
  EXPECT_FALSE(select_winner({}, true));
  EXPECT_FALSE(select_winner({{0, "a", State::diverged, 0}}, true));
  EXPECT_FALSE(select_winner({{0, "a", State::accepted, std::numeric_limits<double>::quiet_NaN()}}, true));
}

TEST(SelectWinner, TheOrderOfArrivalDoesNotChangeTheLastBit) {
  std::vector<ScoredTrial> trials;
  for (int i = 0; i < 9; ++i) trials.push_back({i, "a", State::accepted, 1.0 / (3 + i * i)});
  const double value = select_winner(trials, true)->value;
  EXPECT_EQ(select_winner({trials.rbegin(), trials.rend()}, true)->value, value);
}

}  // namespace
}  // namespace missmodal::sweeps
