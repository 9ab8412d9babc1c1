#include "worker/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "worker/pacer.h"
#include "worker/protocol.h"
#include "worker/training_thread.h"
#include "worker/vital_signs.h"
#include "worker/watch.h"

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
  Worker(Transport& transport, const Identity& identity, const Train& train, const EndProcess& end_process,
         const WorkerPace& pace)
      : transport_(transport),
        identity_(identity),
        end_process_(end_process),
        pace_(pace),
        wake_([&transport] { transport.wake(); }),
        training_(train, wake_) {}

  void run() {
    say_ready();
    Pacer pacer(Pacer::Clock::now());
    while (!stopped_ || training_.errand()) {
      const int events = hear() + report() + begin_next();
      const auto now = Pacer::Clock::now();
      if (now >= next_beat_) beat(now);
      watch_training(now);
      watch_coordinator(now);
      if (events > 0) {
        pacer.event(now);
      } else {
        transport_.wait_for_work(pacer.delay(now));
      }
    }
  }

 private:
  void say_ready() {
    say(Ready{kProtocolVersion, identity_.host, identity_.device, identity_.processor, identity_.libtorch,
              identity_.gpu, identity_.gpus, identity_.local});
  }

  void beat(Watch::Clock::time_point now) {
    next_beat_ = now + pace_.beat;
    const auto& errand = training_.errand();
    const bool tells = errand && !disowned_;
    say(Beat{tells ? errand->assign.assignment : 0, tells ? errand->progress.load() : 0, resident_bytes(),
             oom_kills(), processor_seconds()});
  }

  void watch_training(Watch::Clock::time_point now) {
    const auto& errand = training_.errand();
    const std::int64_t progress = errand ? errand->progress.load() : -1;
    const auto waited = stalled_.look(now);
    if (!errand || progress != progress_) {
      progress_ = progress;
      stalled_.happened();
      return;
    }
    const std::chrono::seconds limit(errand->assign.stall_seconds);
    if (waited < limit) return;
    const std::string why =
        fmt::format("no batch for {} s, after {}", errand->assign.stall_seconds, progress);
    if (!disowned_) say(Failed{errand->assign.assignment, FailureClass::hung, why});
    transport_.flush(kLastWordLimit);
    end_process_(why);
  }

  // The transport's own thread is this one: who is silent for so many beats has none that lives.
  void watch_coordinator(Watch::Clock::time_point now) {
    const auto waited = unheard_.look(now);
    if (waited < (heard_ ? pace_.silence * pace_.beat : pace_.start)) return;
    const std::string why = fmt::format("the coordinator gave no sign of life for {:.3g} s",
                                        std::chrono::duration<double>(waited).count());
    stopped_ = true;
    if (training_.errand()) training_.errand()->interrupted = true;
    const auto deadline = now + pace_.farewell;
    while (training_.errand()) {
      training_.take();
      transport_.wait_for_work(std::chrono::milliseconds(5));  // mates save with it
      if (Watch::Clock::now() >= deadline) end_process_(why);
    }
    throw CoordinatorLost(why);
  }

  void say(const Message& message) { transport_.send(kCoordinatorRank, encode(message)); }

  // Takes in what has arrived, so much at once at most that it never forgets to beat; how much that was.
  int hear() {
    int heard = 0;
    for (int taken = 0; taken < kMostAtOnce; ++taken) {
      const std::optional<Envelope> envelope = transport_.receive();
      if (!envelope) break;
      ++heard;
      Message message = decode(envelope->bytes);
      if (envelope->source != kCoordinatorRank) {
        throw RunError(fmt::format("rank {} spoke to a worker", envelope->source));
      }
      heard_ = true;
      unheard_.happened();
      if (std::holds_alternative<Stop>(message)) {
        stop();
      } else if (std::holds_alternative<Pulse>(message)) {
        --heard;  // nothing that makes work
      } else if (std::holds_alternative<Rejoin>(message)) {
        rejoin();
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

  // All that it was given is another's by now.
  void rejoin() {
    waiting_.clear();
    if (training_.errand()) {
      disowned_ = true;
      training_.errand()->interrupted = true;
      training_.errand()->surrender.demand();
    }
    if (!stopped_) say_ready();
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
    const bool disowned = disowned_;
    if (!training_.errand()) disowned_ = false;
    for (Message& message : messages) {
      if (disowned) continue;
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

  static constexpr std::chrono::seconds kLastWordLimit{1};
  static constexpr int kMostAtOnce = 100;  // messages

  Transport& transport_;
  const Identity& identity_;
  const EndProcess& end_process_;
  const WorkerPace pace_;
  const std::function<void()> wake_;
  TrainingThread training_;
  std::deque<Assign> waiting_;  // one at most, unless the coordinator runs ahead
  bool stopped_ = false;
  bool disowned_ = false;  // what is trained is another's by now: nothing of it is told
  Watch::Clock::time_point next_beat_ = Watch::Clock::now();
  bool heard_ = false;  // anything of the coordinator
  Watch unheard_{Watch::Clock::now()};
  Watch stalled_{Watch::Clock::now()};
  std::int64_t progress_ = -1;  // of the errand, when it was looked at
};

}  // namespace

void run_worker(Transport& transport, const Identity& identity, const Train& train,
                const EndProcess& end_process, const WorkerPace& pace) {
  Worker(transport, identity, train, end_process, pace).run();
}

}  // namespace missmodal::worker
