#pragma once
// The checkpoints of one training in progress: two files beside each other, written in turn, so that a death
// at any instruction leaves one that is whole.

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>

#include "sweeps/work_folder.h"
#include "trainer/training_state.h"

namespace missmodal::trainer {

struct CheckpointOptions {
  std::filesystem::path folder;  // exists; where several ranks train together, the same one for all
  std::string name;              // of the files in it, STEM of STEM.0.training and STEM.1.training
  std::string identity;          // of a training whose bits this one's are: its cell and on what it runs
  // How much training at least lies between two; more where writing one takes more than 5 % of that.
  std::chrono::duration<double> interval{60};
  // A line for the user: a file passed over, with the reason, or trouble with the disk, which ends no
  // training.
  std::function<void(const std::string&)> say = [](const std::string&) {};
  // One is whole and on the disk. From the thread that wrote it.
  std::function<void(const TrainingProgress&)> on_saved = [](const TrainingProgress&) {};
};

// One thread uses it; it writes from one of its own.
class TrainingCheckpoints {
 public:
  explicit TrainingCheckpoints(CheckpointOptions options);
  ~TrainingCheckpoints();  // waits for what is being written
  TrainingCheckpoints(const TrainingCheckpoints&) = delete;
  TrainingCheckpoints& operator=(const TrainingCheckpoints&) = delete;

  // The furthest that is whole and of this identity; nothing if there is none.
  std::optional<TrainingState> newest();
  // That of just this step; nothing if it is not there, not whole, or of another.
  std::optional<TrainingState> of_step(std::int64_t step);

  // At an epoch's end, or within one: where it is time, takes what `capture` gives and writes it while
  // training goes on. Within an epoch it is time only after ten intervals.
  enum class Moment { epoch_end, within_epoch };
  void offer(Moment moment, const std::function<TrainingState()>& capture);

  // Writes it now, and returns when it is on the disk: training does not go on here.
  void keep(const TrainingState& state);

  // Once nobody will go on from them.
  void remove();

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kSlots = sweeps::kCheckpointSlots;

  std::filesystem::path slot(std::size_t number) const;
  void write(const TrainingState& state);
  void finish_writing();
  std::optional<TrainingState> load(std::size_t number);

  const CheckpointOptions options_;
  std::array<std::int64_t, kSlots> steps_{};  // -1 where there is nothing to go on from
  bool judged_ = false;                       // whether the furthest of them is known to be whole
  std::future<double> writing_;               // its seconds
  Clock::time_point last_ = Clock::now();
  double cost_ = 0;  // seconds that the last one took, to capture and to write
};

}  // namespace missmodal::trainer
