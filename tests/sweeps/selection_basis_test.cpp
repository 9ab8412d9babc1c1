#include "sweeps/selection_basis.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

struct Chosen {
  SelectionBasis basis;
  std::vector<PlannedCell> trials;
  std::vector<std::string> configurations;
};

class SelectionBasisTest : public SweepText {
 protected:
  // What the first stage of `text` would select from.
  Chosen chosen(const std::string& text, const std::string& weights_hash = "hash") const {
    const Sweep sweep = read(text);
    const ContentHashes hashes{"data", {{"w", weights_hash}, {"moved/w", "hash"}}};
    Chosen chosen;
    chosen.trials = plan_stage(sweep, sweep.stages[0], {}, hashes);
    chosen.basis = selection_basis(sweep, sweep.stages[0], chosen.trials);
    for (const PlannedCell& trial : chosen.trials) chosen.configurations.push_back(trial.configuration);
    return chosen;
  }
  std::string changed(const std::string& before, const std::string& now) const {
    const Chosen old = chosen(before);
    const Chosen current = chosen(now);
    EXPECT_FALSE(same_choice(old.basis, current.basis));
    return changes(old.basis, old.configurations, current.basis, current.trials);
  }
};

std::string search(const std::string& select, const std::string& alpha = "[0.3, 0.5, 0.7]", int trials = 6,
                   const std::string& more = "") {
  return sweep_text(more,
                    "  - name: search\n    method: {type: random_grid, trials: " + std::to_string(trials) +
                        "}\n    parameters: {loss.alpha: " + alpha + "}\n    select: {" + select + "}\n");
}

TEST_F(SelectionBasisTest, IsTheSameForTheSameFile) {
  const Chosen one = chosen(search("metric: mae"));
  EXPECT_TRUE(same_choice(one.basis, chosen(search("metric: mae, condition: complete")).basis));
  EXPECT_EQ(described(one.basis), "6 trials by mae on complete");
  const auto again = parse_selection_basis(text(one.basis));
  ASSERT_TRUE(again);
  EXPECT_TRUE(same_choice(*again, one.basis));
  EXPECT_EQ(text(*again), text(one.basis));
}

TEST_F(SelectionBasisTest, HoldsDrawsOnlyWhereTheConditionIsDrawn) {
  const std::string draws = "evaluation: {draws: 3}\n";
  EXPECT_TRUE(same_choice(chosen(search("metric: mae")).basis,
                          chosen(search("metric: mae", "[0.3, 0.5, 0.7]", 6, draws)).basis));
  EXPECT_EQ(changed(search("condition: text/50"), search("condition: text/50", "[0.3, 0.5, 0.7]", 6, draws)),
            "evaluation.draws 3 (not 20)");
}

TEST_F(SelectionBasisTest, SaysWhatChangedInWordsOfTheFile) {
  EXPECT_EQ(changed(search("metric: mae"), search("metric: mae", "[0.3, 0.5, 0.7]", 8)), "8 trials");
  EXPECT_EQ(changed(search("metric: mae"), search("metric: corr, condition: text/50")),
            "by corr, on text/50");
  EXPECT_EQ(changed(search("metric: mae"), search("metric: mae", "[0.3, 0.7]")),
            "loss.alpha 0.3, 0.7 (not 0.3, 0.5, 0.7)");
  EXPECT_EQ(changed(search("metric: mae"),
                    search("metric: mae", "[0.3, 0.5, 0.7]", 6, "training: {max_epochs: 9}\n")),
            "training.max_epochs 9 (not 50)");
  EXPECT_EQ(changed(search("metric: mae"), search("metric: mae", "[0.3, 0.5, 0.7]", 6, "seed: 2\n")),
            "another seed or order of its trials");
}

TEST_F(SelectionBasisTest, KnowsEqualTrainingsOfOtherSettings) {
  const std::string task = "loss: {terms: [task]}\n";  // alpha is without effect
  EXPECT_EQ(changed(search("metric: mae", "[0.3]", 1, task), search("metric: mae", "[0.4]", 1, task)),
            "other settings for the same trainings");
}

TEST_F(SelectionBasisTest, OfAnotherProgramIsNone) {
  EXPECT_FALSE(parse_selection_basis("{}"));
  EXPECT_FALSE(parse_selection_basis("no json"));
  EXPECT_FALSE(parse_selection_basis("[1]"));
}

}  // namespace
}  // namespace missmodal::sweeps
