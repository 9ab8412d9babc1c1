// A training that died goes on from its checkpoint with the bits of one that did not.

#include "trainer/training_checkpoints.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
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

using Moment = TrainingCheckpoints::Moment;

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

// Its optimisers step after two batches and three, wherever a pass or a stage ends.
class AccumulatingModel : public testing::StagedModel {
 public:
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override {
    std::vector<OptimizerPlan> plans = StagedModel::optimizers(training);
    plans[of_body].accumulation = 2;
    plans[of_critic].accumulation = 3;
    return plans;
  }
};

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

  // Trained from here to its end, and the state then.
  TrainingState end_of(const std::shared_ptr<Model>& model, const TrainingState* from) const {
    Training training(configuration_, *dataset_, model, torch::kCPU);
    if (from != nullptr) training.restore(*from);
    EXPECT_EQ(training.run({}), Outcome::finished);
    return training.capture();
  }

  // From every batch's end, and from within the validation: saved, loaded and gone on with.
  void check_every_batch(const std::function<std::shared_ptr<Model>()>& make) {
    const TrainingState undisturbed = end_of(make(), nullptr);
    std::vector<TrainingState> all;
    const std::shared_ptr<Model> model = make();
    const auto passes = static_cast<int>(model->epoch().size());
    Training training(configuration_, *dataset_, model, torch::kCPU);
    TrialHooks hooks;
    hooks.on_batch = [&] { all.push_back(training.capture()); };
    bool validates = false;
    hooks.interrupted = [&] {
      return !std::exchange(validates, validates || training.progress().within.pass == passes) && validates;
    };
    EXPECT_EQ(training.run(hooks), Outcome::interrupted);
    all.push_back(training.capture());
    EXPECT_EQ(all.back().progress.epoch, 0);
    EXPECT_EQ(training.run(hooks), Outcome::finished);
    for (const TrainingState& state : all) {
      SCOPED_TRACE(fmt::format("epoch {}, pass {}, batch {}", state.progress.epoch,
                               state.progress.within.pass, state.progress.within.batch));
      save_training(slot(0), "mine", state);
      const TrainingState once = load_training(slot(0), "mine");
      Training resumed(configuration_, *dataset_, make(), torch::kCPU);  // told to stop again, at once
      resumed.restore(once);
      save_training(slot(0), "mine", resumed.capture());
      const TrainingState loaded = load_training(slot(0), "mine");
      EXPECT_EQ(loaded.progress.within.accumulated, state.progress.within.accumulated);
      EXPECT_EQ(loaded.progress.within.sums.size(), state.progress.within.sums.size());
      TrainingState end = end_of(make(), &loaded);
      end.progress.seconds = undisturbed.progress.seconds;
      for (std::size_t i = 0; i < end.progress.epochs.size(); ++i)
        end.progress.epochs[i].train_seconds = undisturbed.progress.epochs.at(i).train_seconds;
      expect_same_state(undisturbed, end);
    }
  }

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
      checkpoints.offer(Moment::epoch_end, [&] { return state; });
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

TEST_F(TrainingCheckpointsTest, LetATrainingGoOnFromEveryBatch) {
  configuration_.training.max_epochs = 2;
  configuration_.training.batch_size = 2;
  check_every_batch([&] { return make_model(configuration_, widths_of(*dataset_)); });
  check_every_batch([] { return std::make_shared<testing::ForgetfulModel>(); });
  check_every_batch([] { return std::make_shared<testing::StagedModel>(); });
  check_every_batch([] { return std::make_shared<AccumulatingModel>(); });
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
    checkpoints.offer(Moment::epoch_end, [&] { return all.front(); });
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
  checkpoints.offer(Moment::epoch_end,
                    []() -> TrainingState { throw std::logic_error("captured before its time"); });
  EXPECT_FALSE(checkpoints.newest());
}

TEST_F(TrainingCheckpointsTest, AreWrittenWithinAnEpochThatLastsTenIntervals) {
  const std::vector<TrainingState> all = states();
  const auto offered_after = [&](std::chrono::milliseconds interval, std::chrono::milliseconds pause) {
    CheckpointOptions paced = options();
    paced.interval = interval;
    TrainingCheckpoints checkpoints(paced);
    std::this_thread::sleep_for(pause);
    bool taken = false;
    checkpoints.offer(Moment::within_epoch, [&] {
      taken = true;
      return all.front();
    });
    return taken;
  };
  EXPECT_TRUE(offered_after(std::chrono::milliseconds(10), std::chrono::milliseconds(110)));
  EXPECT_FALSE(offered_after(std::chrono::hours(1), std::chrono::milliseconds(110)));
  EXPECT_FALSE(offered_after(std::chrono::milliseconds(0), std::chrono::milliseconds(110))) << "every epoch";
}

TEST_F(TrainingCheckpointsTest, OfWhoIsToldToStopAreWrittenAtOnce) {
  const std::vector<TrainingState> all = states();
  CheckpointOptions rarely = options();
  rarely.interval = std::chrono::hours(1);
  std::vector<std::int64_t> saved;
  rarely.on_saved = [&](const TrainingProgress& progress) { saved.push_back(progress.step); };
  TrainingCheckpoints checkpoints(rarely);
  for (const std::size_t i : {1U, 2U, 2U, 0U})
    checkpoints.keep(all[i]);  // what is not further is not written
  EXPECT_EQ(saved, (std::vector<std::int64_t>{all[1].progress.step, all[2].progress.step}));
  EXPECT_EQ(checkpoints.newest()->progress.step, all[2].progress.step);
}

TEST_F(TrainingCheckpointsTest, EndNoTrainingWhereTheDiskDoes) {
  CheckpointOptions nowhere = options();
  nowhere.folder = folder_ / "absent";
  {
    TrainingCheckpoints checkpoints(nowhere);
    checkpoints.offer(Moment::epoch_end, [&] { return TrainingState(); });
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
      hooks.representations = true;
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
        ASSERT_EQ(a.representations.size(), 2U);
        ASSERT_EQ(b.representations.size(), 2U);
        for (std::size_t i = 0; i < 2; ++i)
          EXPECT_EQ(a.representations[i].values, b.representations[i].values);
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
