#pragma once
// How the members of a gang tell a dead mate from one that waits for the dead. A member whose collective is
// late asks the others; whoever waits in a collective himself answers at once, so only a member that is not
// there, or too late, is found silent, and the members agree on its name.

#include <atomic>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trainer/parallel/communicator.h"
#include "trainer/parallel/exchange.h"

namespace missmodal::trainer {

// One per member, over the notes lane of its exchange, which must outlive it. One thread uses it; abort()
// alone may come from any.
class RollCall {
 public:
  // An answer may take `patience`; a verdict of another member twice that.
  RollCall(Exchange& exchange, std::chrono::milliseconds patience);
  ~RollCall();  // tells the others that this member left
  RollCall(const RollCall&) = delete;
  RollCall& operator=(const RollCall&) = delete;

  // A wait ends when one of these is done: something was said. Valid until the next call of another function.
  std::span<const TransferRef> open() const { return receiving_; }

  // Takes in what was said. Throws GroupBroken, now and ever after, once the gang is broken: by a verdict of
  // another member (for which it waits where one asks), by one that gave up, or by abort().
  void hear();
  // Whether hear() throws whatever the others say: it did before, or abort() was called.
  bool is_over() const { return broken_.has_value() || aborted_; }

  // Whether that member has gone for good: it owes no more than what it sent before.
  bool has_left(int place) const { return peers_[static_cast<std::size_t>(place)].left; }

  // `what` is late, and these places owe something to it: asks who is there, breaks the gang with those that
  // do not answer, and tells the others.
  [[noreturn]] void judge(const std::string& what, const std::vector<int>& owing);
  // Breaks the gang without asking: something is wrong here.
  [[noreturn]] void break_up(const std::string& what);

  void abort();  // the next hear() throws, and a wait of the exchange ends

 private:
  struct Peer {
    Bytes incoming;
    bool present = false;  // said something since it was asked
    bool left = false;
  };

  enum class Word : unsigned char;
  Bytes note(Word word, const std::vector<int>& silent) const;
  void say(int to, const Bytes& note);
  void say_to_all(Word word, const std::vector<int>& silent = {});
  void take(int from);
  void listen(int from);
  void take_all();
  void wait_until(Exchange::Clock::time_point deadline);
  [[noreturn]] void fail(GroupBroken error);

  Exchange& exchange_;
  const std::chrono::milliseconds patience_;
  std::vector<Peer> peers_;             // by place; this member's own is unused
  std::vector<TransferRef> receiving_;  // one for each place that has not left
  std::vector<int> receiving_from_;     // their places
  std::optional<int> asking_;           // the first place that asked
  std::optional<int> gave_up_;
  std::optional<int> judge_;        // the first place with a verdict
  std::vector<int> judged_silent_;  // of all verdicts
  std::optional<GroupBroken> broken_;
  std::atomic<bool> aborted_ = false;
};

}  // namespace missmodal::trainer
