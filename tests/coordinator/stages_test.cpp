// What an edited sweep file does to stages and winners, in a real database.
#include "coordinator/stages.h"

#include <gtest/gtest.h>

#include <map>

#include "results/status.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "tests/coordinator/effects_text.h"
#include "tests/coordinator/small_store.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {
namespace {

// Validation MAE: the farther alpha is from 0.6 the worse.
sweeps::TrialResult train(const worker::Assign& assign) {
  const auto configuration = nlohmann::json::parse(assign.configuration);
  return finished_with(1 + std::abs(configuration.at("loss").value("alpha", 0.0) - 0.6));
}

class Stages : public testing::Test {
 protected:
  Stages() : folder_("stages") {}

  Verdict run(const sweeps::Sweep& sweep, const RestoreOptions& options = {}) {
    results::Store store = open_store(file(), sweep);
    State state = restored(sweep, store, options);
    return run_sweep(state, store, train);
  }
  // What the start alone commits.
  Lines start(const sweeps::Sweep& sweep, const RestoreOptions& options = {}) {
    results::Store store = open_store(file(), sweep);
    State state = restored(sweep, store, options);
    const Effects effects = on_start(state);
    store.commit(effects.commits);
    return lines(state, effects);
  }
  std::map<std::string, int> cells_of(std::size_t stage) const {
    std::map<std::string, int> cells;
    const results::Status status = results::read_status(file());
    for (const auto& [state, count] : status.stages[stage].states) {
      if (count > 0) cells[state] = count;
    }
    return cells;
  }
  std::string selected() const {
    return results::read_status(file()).stages[0].selected_point.value_or("none");
  }
  std::filesystem::path file() const { return folder_ / "sweep.db"; }

  ScratchFolder folder_;
};

sweeps::Sweep with_alphas(const std::vector<nlohmann::json>& values) {
  sweeps::Sweep sweep = small_sweep();
  sweep.stages[0].parameters[0].values = values;
  return sweep;
}

TEST_F(Stages, AStaleWinnerIsRefusedAndChosenAnewWhereAskedFor) {
  EXPECT_EQ(run(small_sweep()).exit_code, kExitOk);
  EXPECT_EQ(selected(), R"({"loss.alpha":0.7})");
  EXPECT_EQ(cells_of(1), (std::map<std::string, int>{{"accepted", 4}}));

  const sweeps::Sweep changed = with_alphas({0.3, 0.6, 0.7});
  EXPECT_THROW(run(changed), InputError);
  EXPECT_EQ(selected(), R"({"loss.alpha":0.7})");

  EXPECT_EQ(start(changed, {.reselect = true}),
            (Lines{"deselect search", "plan search: 3 cells", "unplan final"}));
  EXPECT_EQ(cells_of(1), (std::map<std::string, int>{}));  // they left the tables

  EXPECT_EQ(run(changed).exit_code, kExitOk);  // the old winner is forgotten already
  EXPECT_EQ(selected(), R"({"loss.alpha":0.6})");
  EXPECT_EQ(cells_of(1), (std::map<std::string, int>{{"accepted", 4}}));

  // And back: nothing is trained again.
  EXPECT_EQ(start(small_sweep(), {.reselect = true}),
            (Lines{"deselect search", "plan search: 2 cells", R"(select search: {"loss.alpha":0.7} with 1.1)",
                   "plan final: 4 cells", "end 0: 6 cells accepted, 0 diverged, 0 parked"}));
}

TEST_F(Stages, ReselectKeepsAWinnerThatFits) {
  run(small_sweep());
  EXPECT_EQ(start(small_sweep(), {.reselect = true}),
            (Lines{"plan search: 2 cells", "plan final: 4 cells",
                   "end 0: 6 cells accepted, 0 diverged, 0 parked"}));
}

// Other seeds, while the search that the stage comes from has to be trained first.
TEST_F(Stages, AStageThatCannotBePlannedYetLeavesTheTables) {
  run(small_sweep());
  sweeps::Sweep changed = with_alphas({0.6});
  changed.stages[0].name = "another";
  changed.stages[1].from = "another";
  changed.stages[1].seeds = {3};
  EXPECT_EQ(start(changed), (Lines{"plan another: 1 cells", "unplan final"}));
  EXPECT_EQ(cells_of(1), (std::map<std::string, int>{}));
}

TEST_F(Stages, AWinnerChosenWithoutParkedTrialsIsRemarkedOnceTheyAreNotParked) {
  sweeps::Sweep sweep = small_sweep();
  sweep.resources.max_attempts = 1;
  {
    results::Store store = open_store(file(), sweep);
    State state = restored(sweep, store, {.accept_parked = true});
    store.commit(on_start(state).commits);
    store.commit(on_ready(state, 1, {worker::kProtocolVersion, "h", "cpu"}).commits);
    const Assignment first = assignment_of(state, 1);
    store.commit(on_failed(state, 1, {first.id, sweeps::FailureClass::run_error, "oops"}).commits);
    const Assignment second = assignment_of(state, 1);
    store.commit(on_finished(state, 1, {second.id, finished_with(2)}).commits);
    EXPECT_EQ(state.stages[0].winner, R"({"loss.alpha":0.7})");
    store.commit(std::vector<results::Change>{results::CellsReleased{{state.cells[first.cell].id}}});
  }
  EXPECT_EQ(start(sweep).back(),
            "say: stages.search: its winner was chosen without 1 parked trials, of which some are parked no "
            "longer; --reselect chooses anew");
  const Lines anew = start(sweep, {.reselect = true});
  EXPECT_EQ(anew, (Lines{"plan search: 2 cells", "deselect search", "unplan final"}));
}

// B on top of A: when A's winner goes, B's goes with it, and both come back.
TEST_F(Stages, ChainsAreChosenAnewFromTheirRoot) {
  sweeps::Sweep sweep = small_sweep();
  sweeps::Stage second = sweep.stages[0];
  second.name = "second";
  second.from = "search";
  second.parameters[0].key = "loss.beta";
  sweep.stages.insert(sweep.stages.begin() + 1, second);
  sweep.stages[2].from = "second";
  EXPECT_EQ(run(sweep).exit_code, kExitOk);
  sweep.stages[0].parameters[0].values = {0.3};
  EXPECT_EQ(start(sweep, {.reselect = true}),
            (Lines{"deselect search", "deselect second", "plan search: 1 cells",
                   R"(select search: {"loss.alpha":0.3} with 1.3)", "plan second: 2 cells", "unplan final"}));
}

}  // namespace
}  // namespace missmodal::coordinator
