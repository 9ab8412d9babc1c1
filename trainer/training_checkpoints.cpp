#include "trainer/training_checkpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/work_folder.h"
#include "trainer/saved_training.h"

namespace missmodal::trainer {
namespace {

namespace fs = std::filesystem;

constexpr double kLargestShare = 0.05;  // of the time that writing may take
constexpr double kEpochIntervals = 10;  // an epoch longer than so many is not waited for

double elapsed(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TrainingCheckpoints::TrainingCheckpoints(CheckpointOptions options) : options_(std::move(options)) {
  for (std::size_t i = 0; i < kSlots; ++i) {
    steps_[i] = -1;
    std::error_code ignored;
    if (!fs::exists(slot(i), ignored)) continue;
    try {
      steps_[i] = saved_step(slot(i), options_.identity);
    } catch (const std::exception& error) {
      options_.say(error.what());
    }
  }
}

TrainingCheckpoints::~TrainingCheckpoints() {
  finish_writing();
}

fs::path TrainingCheckpoints::slot(std::size_t number) const {
  return sweeps::checkpoint_file(options_.folder, options_.name, number);
}

std::optional<TrainingState> TrainingCheckpoints::load(std::size_t number) {
  try {
    return load_training(slot(number), options_.identity);
  } catch (const std::exception& error) {
    options_.say(error.what());
    steps_[number] = -1;
    return std::nullopt;
  }
}

std::optional<TrainingState> TrainingCheckpoints::newest() {
  judged_ = true;
  for (;;) {
    const auto furthest = std::max_element(steps_.begin(), steps_.end());
    if (*furthest < 0) return std::nullopt;
    if (auto state = load(static_cast<std::size_t>(furthest - steps_.begin()))) return state;
  }
}

std::optional<TrainingState> TrainingCheckpoints::of_step(std::int64_t step) {
  const auto found = std::find(steps_.begin(), steps_.end(), step);
  return found == steps_.end() ? std::nullopt : load(static_cast<std::size_t>(found - steps_.begin()));
}

void TrainingCheckpoints::offer(Moment moment, const std::function<TrainingState()>& capture) {
  const bool within = moment == Moment::within_epoch;
  if (within && elapsed(last_) < kEpochIntervals * options_.interval.count()) return;
  if (within && options_.interval.count() == 0) return;  // every epoch, that is
  if (writing_.valid() && writing_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  finish_writing();
  if (elapsed(last_) < std::max(options_.interval.count(), cost_ / kLargestShare)) return;
  if (!judged_) newest();  // which of the two is whole must be known before one is written over
  const auto start = Clock::now();
  const TrainingState state = capture();
  cost_ = elapsed(start);
  last_ = Clock::now();
  write(state);
}

void TrainingCheckpoints::keep(const TrainingState& state) {
  finish_writing();
  if (!judged_) newest();
  if (state.progress.step <= *std::max_element(steps_.begin(), steps_.end())) return;
  write(state);
  finish_writing();
}

// In place of the one that is behind, and never of the only one that is whole.
void TrainingCheckpoints::write(const TrainingState& state) {
  const auto number =
      static_cast<std::size_t>(std::min_element(steps_.begin(), steps_.end()) - steps_.begin());
  steps_[number] = state.progress.step;
  writing_ = std::async(std::launch::async, [this, path = slot(number), state] {
    const auto start = Clock::now();
    save_training(path, options_.identity, state);
    options_.on_saved(state.progress);
    return elapsed(start);
  });
}

void TrainingCheckpoints::finish_writing() {
  if (!writing_.valid()) return;
  try {
    cost_ += writing_.get();
  } catch (const std::exception& error) {
    options_.say(fmt::format("no checkpoint was written: {}", error.what()));
    *std::max_element(steps_.begin(), steps_.end()) = -1;  // what was there before is, or nothing
  }
}

void TrainingCheckpoints::remove() {
  finish_writing();
  for (std::size_t i = 0; i < kSlots; ++i) {
    std::error_code ignored;
    fs::remove(slot(i), ignored);
    steps_[i] = -1;
  }
}

}  // namespace missmodal::trainer
