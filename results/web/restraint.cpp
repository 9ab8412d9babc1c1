#include "results/web/restraint.h"

#include <algorithm>
#include <ctime>
#include <thread>

namespace missmodal::results::web {

namespace {

constexpr int kRestPerWork = 4;
constexpr std::chrono::milliseconds kShortest{2};

}  // namespace

Restraint::Duration Restraint::owed(Clock::time_point now, Duration computed) {
  const Duration work = computed - computed_;
  const Duration rested = std::max(Duration(0), Duration(now - now_) - work);
  now_ = now;
  computed_ = computed;
  owed_ = std::max(Duration(0), owed_ + kRestPerWork * work - rested);
  return owed_ < kShortest ? Duration(0) : owed_;
}

Restraint::Duration computed_here() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

void rest(Restraint& restraint) {
  const auto owed = restraint.owed(Restraint::Clock::now(), computed_here());
  if (owed > Restraint::Duration(0)) std::this_thread::sleep_for(owed);
}

}  // namespace missmodal::results::web
