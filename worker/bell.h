#pragma once
// Wakes a thread that sleeps until something happens or a time comes.

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace missmodal::worker {

class Bell {
 public:
  using Clock = std::chrono::steady_clock;

  // From any thread. A ring that nobody waits for ends the next wait at once.
  void ring() {
    const std::lock_guard lock(mutex_);
    rung_ = true;
    changed_.notify_one();
  }

  // One thread waits.
  void wait_until(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return rung_; });
    rung_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

}  // namespace missmodal::worker
