// A training that died goes on from its checkpoint with the bits of one that did not.

#include "trainer/training_checkpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "tests/trainer/forgetful_model.h"
#include "tests/trainer/gang.h"
#include "tests/trainer/same_tensors.h"
#include "tests/trainer/small_dataset.h"
#include "tests/trainer/staged_model.h"
#include "trainer/saved_training.h"
#include "trainer/threads.h"
#include "trainer/train_trial.h"

namespace missmodal::trainer {
namespace {

namespace fs = std::filesystem;
using missmodal::testing::ScratchFolder;
using sweeps::Outcome;
using testing::expect_same;
using ::testing::HasSubstr;

constexpr int kSavedEpochs = 5;

void expect_same_state(const TrainingState& a, const TrainingState& b) {
  expect_same(a.model, b.model);
  expect_same(a.tables, b.tables);
  expect_same(a.best, b.best);
  ASSERT_EQ(a.optimizers.size(), b.optimizers.size());
  for (std::size_t i = 0; i < a.optimizers.size(); ++i) expect_same(a.optimizers[i], b.optimizers[i]);
  EXPECT_EQ(a.progress.epoch, b.progress.epoch);
  EXPECT_EQ(a.progress.step, b.progress.step);
  EXPECT_EQ(a.progress.best_epoch, b.progress.best_epoch);
  EXPECT_EQ(a.progress.best_mae, b.progress.best_mae);
  EXPECT_EQ(a.progress.seconds, b.progress.seconds);
  ASSERT_EQ(a.progress.epochs.size(), b.progress.epochs.size());
  for (std::size_t i = 0; i < a.progress.epochs.size(); ++i) {
    EXPECT_EQ(a.progress.epochs[i].losses, b.progress.epochs[i].losses);
    EXPECT_EQ(a.progress.epochs[i].valid_mae, b.progress.epochs[i].valid_mae);
    EXPECT_EQ(a.progress.epochs[i].valid_corr, b.progress.epochs[i].valid_corr);
    EXPECT_EQ(a.progress.epochs[i].best, b.progress.epochs[i].best);
    EXPECT_EQ(a.progress.epochs[i].train_seconds, b.progress.epochs[i].train_seconds);
  }
}

class TrainingCheckpointsTest : public ::testing::Test {
 protected:
  TrainingCheckpointsTest() {
    set_threads(1);
    configuration_.training.max_epochs = kSavedEpochs;
    configuration_.training.patience = kSavedEpochs;
    configuration_.training.learning_rate = 0.02;
  }

  CheckpointOptions options(const std::string& identity = "mine") {
    CheckpointOptions options;
    options.folder = folder_ / "";
    options.name = "cell";
    options.identity = identity;
    options.interval = std::chrono::seconds(0);
    options.say = [this](const std::string& line) { said_.push_back(line); };
    return options;
  }

  fs::path slot(int number) const { return folder_ / ("cell." + std::to_string(number) + ".training"); }

  // The states at every epoch's end, none before the first.
  std::vector<TrainingState> states(const std::shared_ptr<Model>& model) const {
    std::vector<TrainingState> states;
    Training training(configuration_, *dataset_, model, torch::kCPU);
    TrialHooks hooks;
    hooks.on_epoch = [&](const sweeps::EpochRecord&) { states.push_back(training.capture()); };
    EXPECT_EQ(training.run(hooks), Outcome::finished);
    return states;
  }
  std::vector<TrainingState> states() const {
    return states(make_model(configuration_, widths_of(*dataset_)));
  }

  void save(const std::vector<TrainingState>& states) {
    for (const TrainingState& state : states) {
      TrainingCheckpoints checkpoints(options());  // waits for its file
      checkpoints.offer([&] { return state; });
    }
  }

  static void flip(const fs::path& path, std::uintmax_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 0x10));
  }

  ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_ = testing::small_dataset(folder_);
  sweeps::Configuration configuration_ = testing::small_configuration();
  std::vector<std::string> said_;
};

TEST_F(TrainingCheckpointsTest, KeepEveryBit) {
  const auto check = [&](const std::vector<TrainingState>& all) {
    ASSERT_EQ(all.size(), static_cast<std::size_t>(kSavedEpochs));
    for (const TrainingState& state : all) {
      save_training(slot(0), "mine", state);
      EXPECT_EQ(saved_step(slot(0), "mine"), state.progress.step);
      expect_same_state(state, load_training(slot(0), "mine"));
    }
  };
  check(states());
  check(states(std::make_shared<testing::ForgetfulModel>()));
  check(states(std::make_shared<testing::StagedModel>()));
  configuration_.training.precision = sweeps::Precision::fp64;
  check(states());
}

TEST_F(TrainingCheckpointsTest, GoOnFromTheNewestThatIsWhole) {
  const std::vector<TrainingState> all = states();
  save(all);
  EXPECT_EQ(TrainingCheckpoints(options()).newest()->progress.epoch, kSavedEpochs);
  const bool newest_is_first = saved_step(slot(0), "mine") == all.back().progress.step;
  const fs::path newest = slot(newest_is_first ? 0 : 1);
  const std::uintmax_t size = fs::file_size(newest);
  const std::string whole = [&] {
    std::ifstream file(newest, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  for (std::uintmax_t at = 0; at < size; at += 1 + size / 101) {  // cut there, and a byte there flipped
    SCOPED_TRACE(at);
    for (const bool cut : {true, false}) {
      std::ofstream(newest, std::ios::binary) << whole;
      cut ? fs::resize_file(newest, at) : flip(newest, at);
      said_.clear();
      const auto found = TrainingCheckpoints(options()).newest();
      ASSERT_TRUE(found);
      EXPECT_EQ(found->progress.epoch, kSavedEpochs - 1);
      ASSERT_EQ(said_.size(), 1U);
      EXPECT_THAT(said_[0], HasSubstr(newest.string()));
    }
  }
  // What replaces a damaged one leaves the whole one alone.
  {
    TrainingCheckpoints checkpoints(options());
    checkpoints.offer([&] { return all.front(); });
  }
  EXPECT_EQ(saved_step(newest, "mine"), all.front().progress.step);
  EXPECT_EQ(TrainingCheckpoints(options()).newest()->progress.epoch, kSavedEpochs - 1);
}

TEST_F(TrainingCheckpointsTest, AreNobodyElses) {
  save(states());
  EXPECT_FALSE(TrainingCheckpoints(options("another")).newest());
  ASSERT_EQ(said_.size(), 2U);
  EXPECT_THAT(said_[0], HasSubstr("belongs to another training"));
  TrainingCheckpoints(options()).remove();
  EXPECT_FALSE(fs::exists(slot(0)) || fs::exists(slot(1)));
}

TEST_F(TrainingCheckpointsTest, AreWrittenWhenTheirTimeHasCome) {
  CheckpointOptions rarely = options();
  rarely.interval = std::chrono::hours(1);
  TrainingCheckpoints checkpoints(rarely);
  checkpoints.offer([]() -> TrainingState { throw std::logic_error("captured before its time"); });
  EXPECT_FALSE(checkpoints.newest());
}

TEST_F(TrainingCheckpointsTest, EndNoTrainingWhereTheDiskDoes) {
  CheckpointOptions nowhere = options();
  nowhere.folder = folder_ / "absent";
  {
    TrainingCheckpoints checkpoints(nowhere);
    checkpoints.offer([&] { return TrainingState(); });
  }
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_THAT(said_[0], HasSubstr("no checkpoint was written: "));
}

struct Member {
  TrainedTrial trial;
  std::vector<int> epochs;  // told to the hooks
};

class Resumed : public TrainingCheckpointsTest {
 protected:
  // Every member's; the trial ends as `interrupted` in epoch `until + 1`.
  std::vector<Member> train(int size, bool with_checkpoints, int until = kSavedEpochs) {
    configuration_.ranks = size;
    return testing::by_members<Member>(size, [&](Communicator& communicator) {
      TrainingCheckpoints checkpoints(options());
      Member run;
      TrialHooks hooks;
      hooks.on_epoch = [&](const sweeps::EpochRecord& epoch) { run.epochs.push_back(epoch.epoch); };
      hooks.interrupted = [&] {
        return !run.epochs.empty() && run.epochs.back() >= until && until < kSavedEpochs;
      };
      run.trial = train_trial(configuration_, *dataset_, setup_, torch::kCPU, hooks, &communicator,
                              with_checkpoints ? &checkpoints : nullptr);
      return run;
    });
  }

  void check(int size) {
    const std::vector<Member> undisturbed = train(size, false);
    for (int died_after : {2, 4}) {
      SCOPED_TRACE(died_after);
      for (const Member& run : train(size, true, died_after))
        EXPECT_EQ(run.trial.result.outcome, Outcome::interrupted);
      const std::vector<Member> resumed = train(size, true);
      for (std::size_t place = 0; place < resumed.size(); ++place) {
        const sweeps::TrialResult& a = undisturbed[place].trial.result;
        const sweeps::TrialResult& b = resumed[place].trial.result;
        // The first epoch's is always written; a later one only if it costs little beside so short an epoch.
        EXPECT_GT(resumed[place].epochs.front(), 1);
        EXPECT_LE(resumed[place].epochs.front(), died_after + 1);
        ASSERT_EQ(a.epochs.size(), b.epochs.size());
        for (std::size_t i = 0; i < a.epochs.size(); ++i) EXPECT_EQ(a.epochs[i].losses, b.epochs[i].losses);
        EXPECT_EQ(a.best_epoch, b.best_epoch);
        ASSERT_EQ(a.predictions.size(), b.predictions.size());
        for (std::size_t i = 0; i < a.predictions.size(); ++i)
          EXPECT_EQ(a.predictions[i].values, b.predictions[i].values);
      }
      TrainingCheckpoints(options()).remove();
    }
  }

  static sweeps::EvaluationPlan plan() {
    sweeps::EvaluationPlan plan;
    plan.draws = 2;
    return plan;
  }
  EvaluationSetup setup_{plan(), *dataset_};
};

TEST_F(Resumed, AloneHasTheBitsOfTheUndisturbed) {
  check(1);
}

TEST_F(Resumed, AsAGangHasTheBitsOfTheUndisturbed) {
  check(2);
}

}  // namespace
}  // namespace missmodal::trainer
