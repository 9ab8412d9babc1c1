#include "coordinator/winner_review.h"

#include <gtest/gtest.h>

#include "sweeps/selection_basis.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {
namespace {

const sweeps::ContentHashes kHashes{std::string(64, 'd'), {}};

// The winner that `sweep` would store for its search, if its first trial had won.
results::StoredWinner stored_by(const sweeps::Sweep& sweep, const std::string& search,
                                const sweeps::Settings& winner = {}) {
  const sweeps::Stage& stage = *sweeps::find_stage(sweep, search);
  const auto trials = sweeps::plan_stage(sweep, stage, winner, kHashes);
  results::StoredWinner stored;
  stored.point = trials.front().point;
  stored.basis = sweeps::text(sweeps::selection_basis(sweep, stage, trials));
  for (const auto& trial : trials) stored.configurations.push_back(trial.configuration);
  return stored;
}

std::string refusal(const sweeps::Sweep& sweep, const std::map<std::string, results::StoredWinner>& stored) {
  try {
    refuse_stale_winners(review_winners(sweep, kHashes, stored), "mosi.yaml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "fits";
}

// A search on top of the winner of `search`.
sweeps::Sweep chained_sweep() {
  sweeps::Sweep sweep = small_sweep();
  sweeps::Stage second = sweep.stages[0];
  second.name = "second";
  second.from = "search";
  second.parameters[0].key = "loss.beta";
  sweep.stages.insert(sweep.stages.begin() + 1, second);
  return sweep;
}

TEST(WinnerReview, AWinnerOfTheSameFileFits) {
  const sweeps::Sweep sweep = small_sweep();
  const auto stored = stored_by(sweep, "search");
  EXPECT_EQ(refusal(sweep, {{"search", stored}}), "fits");
  EXPECT_EQ(review_winners(sweep, kHashes, {{"search", stored}}).fitting.at("search"), stored.point);
  EXPECT_EQ(refusal(sweep, {}), "fits");
}

TEST(WinnerReview, AnotherSearchIsRefusedInWordsOfTheFile) {
  const auto stored = stored_by(small_sweep(), "search");
  sweeps::Sweep more = small_sweep();
  more.stages[0].parameters[0].values.push_back(0.9);
  EXPECT_EQ(refusal(more, {{"search", stored}}),
            "mosi.yaml: stages.search: its winner was chosen from 2 trials by mae on complete, the file now "
            "says 3 trials: put it back, or choose anew with --reselect");
  sweeps::Sweep other = small_sweep();
  other.stages[0].select->metric = "corr";
  other.stages[0].select->minimize = false;
  EXPECT_EQ(refusal(other, {{"search", stored}}),
            "mosi.yaml: stages.search: its winner was chosen from 2 trials by mae on complete, the file now "
            "says by corr: put it back, or choose anew with --reselect");
  sweeps::Sweep none = small_sweep();
  none.stages.pop_back();
  none.stages[0].select.reset();
  EXPECT_EQ(refusal(none, {{"search", stored}}),
            "mosi.yaml: stages.search: its winner was chosen from 2 trials by mae on complete, the file now "
            "has no `select`: put it back, or choose anew with --reselect");
}

// The same cells by their content, but the point names a folder that the file no longer does.
TEST(WinnerReview, AWinnerWhoseWeightsAreGoneIsRefused) {
  sweeps::Sweep sweep = small_sweep();
  sweep.stages[0].settings = {{"model.text.encoder", "bert"}, {"model.text.weights", "old"}};
  sweeps::ContentHashes hashes{std::string(64, 'd'), {{"old", "same"}}};
  const auto trials = sweeps::plan_stage(sweep, sweep.stages[0], {}, hashes);
  results::StoredWinner stored{
      trials[0].point, sweeps::text(sweeps::selection_basis(sweep, sweep.stages[0], trials)), {}};
  sweep.stages[0].settings["model.text.weights"] = "new";
  hashes.weights_sha256 = {{"new", "same"}};
  const WinnerReview review = review_winners(sweep, hashes, {{"search", stored}});
  ASSERT_EQ(review.mistakes.size(), 1U);
  EXPECT_EQ(
      review.mistakes[0].reason,
      "its winner was chosen from 2 trials by mae on complete, the file now says other settings for the "
      "same trainings: put it back, or choose anew with --reselect");
}

TEST(WinnerReview, AStaleWinnerTakesThoseChosenOnTopOfItAlong) {
  const sweeps::Sweep sweep = chained_sweep();
  const auto first = stored_by(sweep, "search");
  const auto second = stored_by(sweep, "second", sweeps::parse_point(first.point));
  const std::map<std::string, results::StoredWinner> stored{{"search", first}, {"second", second}};
  EXPECT_EQ(refusal(sweep, stored), "fits");
  sweeps::Sweep changed = sweep;
  changed.stages[0].parameters[0].values = {0.3, 0.4};
  const WinnerReview review = review_winners(changed, kHashes, stored);
  EXPECT_EQ(review.stale, (std::vector<std::string>{"search", "second"}));
  ASSERT_EQ(review.mistakes.size(), 1U);
  EXPECT_EQ(review.mistakes[0].place, "stages.search");
  sweeps::Sweep only_second = sweep;
  only_second.stages[1].parameters[0].values = {0.1};
  EXPECT_EQ(review_winners(only_second, kHashes, stored).stale, (std::vector<std::string>{"second"}));
}

TEST(WinnerReview, AWinnerOnTopOfANewSearchIsRefused) {
  const sweeps::Sweep sweep = chained_sweep();
  const auto second = stored_by(sweep, "second");
  EXPECT_EQ(
      refusal(sweep, {{"second", second}}),
      "mosi.yaml: stages.second: its winner was not chosen on top of search, which has none yet: put it "
      "back, or choose anew with --reselect");
}

TEST(WinnerReview, AnUnknownBasisIsRefused) {
  EXPECT_EQ(refusal(small_sweep(), {{"search", {"{}", "{}", {}}}}),
            "mosi.yaml: stages.search: it is not known what its winner was chosen from: choose anew with "
            "--reselect");
}

}  // namespace
}  // namespace missmodal::coordinator
