#include "worker/training_thread.h"

#include <exception>
#include <string>
#include <utility>

#include "sweeps/error.h"
#include "trainer/parallel/communicator.h"
#include "worker/failure_class.h"

namespace missmodal::worker {
namespace {

using sweeps::FailureClass;

std::string first_line(const std::string& text) {  // LibTorch's goes on with its stack
  return text.substr(0, text.find('\n'));
}

std::vector<int> ranks_of(const std::vector<int>& places, const Assign& assign) {
  std::vector<int> ranks;
  for (const int place : places) ranks.push_back(assign.members[static_cast<std::size_t>(place)].rank);
  return ranks;
}

}  // namespace

TrainingThread::TrainingThread(const Train& train, const std::function<void()>& wake)
    : train_(train), wake_(wake), thread_([this] { run(); }) {}

TrainingThread::~TrainingThread() {
  if (errand_) {
    errand_->interrupted = true;
    errand_->surrender.demand();
  }
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  begun_.notify_one();
  thread_.join();
}

void TrainingThread::begin(std::shared_ptr<Errand> errand) {
  MISSMODAL_CHECK(errand_ == nullptr);
  errand_ = errand;
  {
    const std::lock_guard lock(mutex_);
    next_ = std::move(errand);
  }
  begun_.notify_one();
}

std::vector<Message> TrainingThread::take() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(ended_, false)) errand_.reset();
  return std::exchange(said_, {});
}

void TrainingThread::run() {
  for (;;) {
    std::shared_ptr<Errand> errand;
    {
      std::unique_lock lock(mutex_);
      begun_.wait(lock, [this] { return over_ || next_; });
      if (over_) return;
      errand = std::move(next_);
    }
    errand->on_epoch = [this, assignment = errand->assign.assignment](sweeps::EpochRecord epoch) {
      put(Progress{assignment, std::move(epoch)}, false);
    };
    errand->on_resumed = [this, assignment = errand->assign.assignment](int epoch, std::int64_t step) {
      put(Resumed{assignment, epoch, step}, false);
    };
    errand->on_saved = [this, assignment = errand->assign.assignment](int epoch, std::int64_t step) {
      put(Saved{assignment, epoch, step}, false);
    };
    Message ending = carry_out(*errand);
    put(std::move(ending), true);
  }
}

Message TrainingThread::carry_out(Errand& errand) const {
  const AssignmentId assignment = errand.assign.assignment;
  try {
    sweeps::TrialResult result = train_(errand);
    if (result.outcome == sweeps::Outcome::interrupted) {
      return Failed{assignment, FailureClass::interrupted, "the sweep was stopped"};
    }
    if (errand.place != 0) return Released{assignment};
    return Finished{assignment, std::move(result)};
  } catch (const trainer::GroupBroken& error) {
    return Failed{assignment, FailureClass::lost, first_line(error.what()),
                  ranks_of(error.silent(), errand.assign)};
  } catch (const std::exception& error) {
    return Failed{assignment, failure_class(error), first_line(error.what())};
  }
}

void TrainingThread::put(Message message, bool last) {
  {
    const std::lock_guard lock(mutex_);
    said_.push_back(std::move(message));
    ended_ = last;
  }
  wake_();
}

}  // namespace missmodal::worker
