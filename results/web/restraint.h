#pragma once
// How a thread of the page keeps to a fifth of a core, however much it is asked: clients cannot make it take
// more from a sweep.

#include <chrono>

namespace missmodal::results::web {

// One thread's. For each second that it computed it owes four of rest. What it rests without owing is not
// saved for later.
class Restraint {
 public:
  using Clock = std::chrono::steady_clock;
  using Duration = std::chrono::nanoseconds;

  // `computed`: the processor time that the thread has used so far.
  Restraint(Clock::time_point now, Duration computed) : now_(now), computed_(computed) {}

  // How long it is to rest now: nothing while it owes less than is worth a sleep.
  Duration owed(Clock::time_point now, Duration computed);

 private:
  Clock::time_point now_;
  Duration computed_;
  Duration owed_{0};
};

// The processor time that the calling thread has used so far.
Restraint::Duration computed_here();

// To be called between two pieces of work, by the thread whose `restraint` it is: rests as long as it owes.
void rest(Restraint& restraint);

}  // namespace missmodal::results::web
