#pragma once
// How long to wait before looking for messages again: short while things happen, long when idle, so that a
// rank that waits costs next to nothing (MPI itself would spin).

#include <algorithm>
#include <chrono>

namespace missmodal::worker {

class Pacer {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Pacer(Clock::time_point now) : last_event_(now) {}
  void event(Clock::time_point now) { last_event_ = now; }
  // 100 us within 100 ms of the last event, then growing with the quiet time up to 5 ms.
  std::chrono::microseconds delay(Clock::time_point now) const {
    using std::chrono::microseconds;
    const auto quiet = std::chrono::duration_cast<microseconds>(now - last_event_);
    return std::clamp(quiet / 1000, microseconds(100), microseconds(5000));
  }

 private:
  Clock::time_point last_event_;
};

}  // namespace missmodal::worker
