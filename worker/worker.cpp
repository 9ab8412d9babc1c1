#include "worker/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "worker/pacer.h"
#include "worker/protocol.h"
#include "worker/training_thread.h"

namespace missmodal::worker {
namespace {

using sweeps::FailureClass;

std::vector<int> ranks_of(const Assign& assign) {
  std::vector<int> ranks;
  for (const Member& member : assign.members) ranks.push_back(member.rank);
  return ranks;
}

class Worker {
 public:
  Worker(Transport& transport, const Identity& identity, const Train& train)
      : transport_(transport),
        identity_(identity),
        wake_([&transport] { transport.wake(); }),
        training_(train, wake_) {}

  void run() {
    say(Ready{kProtocolVersion, identity_.host, identity_.device, identity_.processor, identity_.libtorch,
              identity_.gpu, identity_.gpus, identity_.local});
    Pacer pacer(Pacer::Clock::now());
    while (!stopped_ || training_.errand()) {
      if (hear() + report() + begin_next() > 0) {
        pacer.event(Pacer::Clock::now());
      } else {
        transport_.wait_for_work(pacer.delay(Pacer::Clock::now()));
      }
    }
  }

 private:
  void say(const Message& message) { transport_.send(kCoordinatorRank, encode(message)); }

  // Takes in what has arrived; how much that was.
  int hear() {
    int heard = 0;
    for (; const std::optional<Envelope> envelope = transport_.receive(); ++heard) {
      Message message = decode(envelope->bytes);
      if (envelope->source != kCoordinatorRank) {
        throw RunError(fmt::format("rank {} spoke to a worker", envelope->source));
      }
      if (std::holds_alternative<Stop>(message)) {
        stop();
      } else if (const auto* cancel = std::get_if<Cancel>(&message)) {
        give_up(cancel->assignment);
      } else if (auto* assign = std::get_if<Assign>(&message)) {
        take_in(std::move(*assign));
      } else {
        throw RunError("the coordinator sent what only workers say");
      }
    }
    return heard;
  }

  void take_in(Assign assign) {
    if (stopped_) {
      interrupted(assign.assignment);
    } else {
      waiting_.push_back(std::move(assign));
    }
  }

  // The members of a gang hear this at different times and stop together: the wish travels with the losses.
  void stop() {
    stopped_ = true;
    if (training_.errand()) training_.errand()->interrupted = true;
    for (const Assign& assign : std::exchange(waiting_, {})) interrupted(assign.assignment);
  }

  // A mate is gone, so there is nobody to stop with.
  void give_up(AssignmentId assignment) {
    const auto& errand = training_.errand();
    if (errand && errand->assign.assignment == assignment) {
      errand->interrupted = true;
      errand->surrender.demand();
    }
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Assign& assign) { return assign.assignment == assignment; });
    if (found == waiting_.end()) return;
    waiting_.erase(found);
    interrupted(assignment);
  }

  void interrupted(AssignmentId assignment) {
    say(Failed{assignment, FailureClass::interrupted, "the sweep was stopped"});
  }

  int report() {
    std::vector<Message> messages = training_.take();
    for (Message& message : messages) {
      if (auto* failed = std::get_if<Failed>(&message);
          failed && failed->failure == FailureClass::worker_fault) {
        failed->message += fmt::format(" (on {})", identity_.host);
      }
      say(message);
    }
    return static_cast<int>(messages.size());
  }

  int begin_next() {
    if (waiting_.empty() || training_.errand()) return 0;
    auto errand = std::make_shared<Errand>();
    errand->assign = std::move(waiting_.front());
    waiting_.pop_front();
    const std::vector<int> ranks = ranks_of(errand->assign);
    const auto here = std::find(ranks.begin(), ranks.end(), transport_.rank());
    if (here == ranks.end()) throw RunError("the coordinator assigned what others are to train");
    errand->place = static_cast<int>(here - ranks.begin());
    if (ranks.size() > 1) errand->exchange = transport_.exchange(errand->assign.assignment, ranks);
    training_.begin(std::move(errand));
    return 1;
  }

  Transport& transport_;
  const Identity& identity_;
  const std::function<void()> wake_;
  TrainingThread training_;
  std::deque<Assign> waiting_;  // one at most, unless the coordinator runs ahead
  bool stopped_ = false;
};

}  // namespace

void run_worker(Transport& transport, const Identity& identity, const Train& train) {
  Worker(transport, identity, train).run();
}

}  // namespace missmodal::worker
