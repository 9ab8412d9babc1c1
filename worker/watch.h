#pragma once
// How long something has not happened, as far as whoever waits for it was awake to see.

#include <algorithm>
#include <chrono>

namespace missmodal::worker {

// A process that was stopped for a minute, or that had no processor for so long, has missed what happened
// meanwhile: of the time between two looks only the first second counts.
class Watch {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kAwake{1};

  explicit Watch(Clock::time_point now) : looked_(now) {}
  void happened() { waited_ = {}; }
  Clock::duration look(Clock::time_point now) {
    waited_ += std::min<Clock::duration>(now - looked_, kAwake);
    looked_ = now;
    return waited_;
  }

 private:
  Clock::time_point looked_;
  Clock::duration waited_{};
};

}  // namespace missmodal::worker
