#include "coordinator/loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iterator>
#include <utility>

#include "coordinator/handlers.h"
#include "coordinator/live_rows.h"
#include "coordinator/liveness.h"
#include "coordinator/progress_line.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/terminal.h"
#include "sweeps/work_folder.h"
#include "worker/last_words.h"
#include "worker/pacer.h"
#include "worker/protocol.h"
#include "worker/watch.h"

namespace missmodal::coordinator {
namespace {

using Clock = worker::Pacer::Clock;

constexpr std::chrono::seconds kLogInterval{5};
constexpr std::chrono::milliseconds kLiveInterval{250};
constexpr std::chrono::seconds kFarewellLimit{
    60};                           // for workers that are still starting when the sweep is over
constexpr int kMostAtOnce = 1000;  // messages
constexpr std::chrono::milliseconds kLookInterval{250};  // at who is silent
constexpr std::chrono::milliseconds kShowInterval{100};
constexpr int kRestPerShow = 50;
constexpr std::chrono::seconds kTellingInterval{5};        // of what runs, to who reads the database
constexpr std::chrono::seconds kTimeToSave{30};            // before the deadline what runs is saved
constexpr std::chrono::seconds kLastOrders{90};            // before that nothing is started any more, at most
constexpr std::chrono::milliseconds kLockedInterval{200};  // between two tries to commit to a locked database

// nohup and some schedulers start programs with SIGHUP ignored, and so it stays.
bool hangup_is_ignored() {
  struct sigaction action {};
  return sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

class Loop {
 public:
  Loop(State& state, results::Store& store, worker::Transport& transport, ProgressStyle style,
       std::optional<std::chrono::system_clock::time_point> deadline, Onlooker onlooker)
      : state_(state),
        store_(store),
        transport_(transport),
        style_(style),
        deadline_(deadline),
        onlooker_(std::move(onlooker)),
        last_orders_(deadline ? std::min<Clock::duration>(kLastOrders,
                                                          (*deadline - std::chrono::system_clock::now()) / 10)
                              : Clock::duration()),
        signals_(context_, SIGINT, SIGTERM, SIGUSR1),
        timer_(context_),
        locked_timer_(context_),
        started_(Clock::now()),
        pacer_(started_) {
    if (!hangup_is_ignored()) signals_.add(SIGHUP);
  }

  Verdict run() {
    await_signal();
    sigset_t held;  // one that came while the ranks started is heard now
    sigemptyset(&held);
    sigaddset(&held, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &held, nullptr);
    carry_out(on_start(state_));
    poll();
    context_.run();
    if (failure_) std::rethrow_exception(failure_);
    print_progress(true);
    return *state_.verdict;
  }

 private:
  // Exceptions do not pass through Asio's handlers; the first one ends the loop.
  template <typename Action>
  void guarded(Action action) {
    try {
      action();
    } catch (...) {
      failure_ = std::current_exception();
      context_.stop();
    }
  }

  void await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      guarded([&] { on_signal(signal); });
      await_signal();
    });
  }

  // USR1 never hurries: a launcher may forward it more than once.
  void on_signal(int signal) {
    if (signal != SIGUSR1 && stop_wished_) stop_at_once();
    stop_wished_ = stop_wished_ || signal != SIGUSR1;
    carry_out(on_interrupt(state_));
  }

  [[noreturn]] void stop_at_once() {
    log("stopping at once; what was not accepted yet is trained again by the next run");
    if (!state_.verdict) {
      outbox_.commits.emplace_back(
          results::SweepEnded{kExitInterrupted, "stopped at once; the same command goes on"});
    }
    if (!outbox_.commits.empty()) store_.try_commit(outbox_.commits);
    throw StopAtOnce{};
  }

  void poll() {
    guarded([this] {
      hear();
      watch();
      tell_onlookers();
      show();
      print_progress(false);
      if (farewell_ && everyone_left()) {
        context_.stop();
        return;
      }
      timer_.expires_after(pacer_.delay(Clock::now()));
      timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) poll();
      });
    });
  }

  // What has arrived is handled before the one commit; then the sends go out. So much at once at most that
  // signals, pulses and who is silent are never forgotten.
  void hear() {
    bool heard = false;
    for (int taken = 0; taken < kMostAtOnce; ++taken) {
      const auto envelope = transport_.receive();
      if (!envelope) break;
      heard = true;
      const worker::Message message = worker::decode(envelope->bytes);
      if (!std::holds_alternative<worker::Ready>(message)) put(on_heard(state_, envelope->source));
      if (const auto* beat = std::get_if<worker::Beat>(&message)) {
        on_beat(state_, envelope->source, *beat);
      } else {
        put(handle(envelope->source, message));
      }
    }
    if (!heard) return;
    empty_outbox();
    pacer_.event(Clock::now());
  }

  // Who has been silent for too long, and how late it is.
  void watch() {
    pulses_.send(state_, transport_);
    const auto now = Clock::now();
    if (now < next_look_) return;
    next_look_ = now + kLookInterval;
    const auto awake = watch_.look(now);
    watch_.happened();
    carry_out(on_tick(state_, std::chrono::duration<double>(awake).count()));
    for (const int rank : overdue(state_)) {
      const auto& assignment = state_.workers.at(rank).assignment;
      std::optional<std::string> words;
      if (assignment && !state_.work.empty()) words = worker::take_last_words(state_.work, *assignment);
      carry_out(on_lost(state_, rank, words));
    }
    if (!deadline_) return;
    const auto left = *deadline_ - std::chrono::system_clock::now();
    if (left < kTimeToSave + last_orders_ && !state_.last_orders) carry_out(on_last_orders(state_));
    if (left < kTimeToSave) carry_out(on_interrupt(state_));
  }

  // Apart from what is decided, which never waits for it.
  void tell_onlookers() {
    const auto now = Clock::now();
    if (now < next_telling_ || locked_ || state_.verdict) return;
    next_telling_ = now + kTellingInterval;
    if (store_.try_commit(live_rows(state_))) note_written(state_);
  }

  void show() {
    const auto begin = Clock::now();
    if (!onlooker_ || begin < next_show_) return;
    onlooker_(state_);
    const auto end = Clock::now();
    next_show_ = end + std::max<Clock::duration>(kShowInterval, kRestPerShow * (end - begin));
  }

  Effects handle(int rank, const worker::Message& message) {
    if (const auto* ready = std::get_if<worker::Ready>(&message)) return on_ready(state_, rank, *ready);
    // With the verdict every attempt has ended; a result that was under way comes too late.
    if (state_.verdict) return {};
    if (const auto* finished = std::get_if<worker::Finished>(&message)) {
      ++pace_.ended;
      return on_finished(state_, rank, *finished);
    }
    if (const auto* released = std::get_if<worker::Released>(&message)) {
      return on_released(state_, rank, *released);
    }
    if (const auto* resumed = std::get_if<worker::Resumed>(&message)) {
      return on_resumed(state_, rank, *resumed);
    }
    if (const auto* saved = std::get_if<worker::Saved>(&message)) return on_saved(state_, rank, *saved);
    if (const auto* progress = std::get_if<worker::Progress>(&message)) on_progress(state_, rank, *progress);
    if (const auto* failed = std::get_if<worker::Failed>(&message)) {
      note_failure(rank, *failed);
      return on_failed(state_, rank, *failed);
    }
    return {};
  }

  // Once for each attempt, whatever its other members say.
  void note_failure(int rank, const worker::Failed& failed) {
    const auto assignment = state_.assignments.find(failed.assignment);
    if (!sweeps::counts(failed.failure) || assignment == state_.assignments.end() ||
        assignment->second.judged) {
      return;
    }
    ++failed_attempts_;
    log(fmt::format("rank {}, cell {:.12}, attempt {}: {}: {}", rank,
                    state_.cells[assignment->second.cell].id, assignment->second.attempt,
                    sweeps::name(failed.failure), failed.message));
  }

  void carry_out(Effects effects) {
    put(std::move(effects));
    empty_outbox();
  }

  void put(Effects effects) {
    std::move(effects.commits.begin(), effects.commits.end(), std::back_inserter(outbox_.commits));
    std::move(effects.sends.begin(), effects.sends.end(), std::back_inserter(outbox_.sends));
    std::move(effects.remarks.begin(), effects.remarks.end(), std::back_inserter(outbox_.remarks));
    std::move(effects.useless_weights.begin(), effects.useless_weights.end(),
              std::back_inserter(outbox_.useless_weights));
  }

  // Nothing is sent before it is committed, in the order in which it happened. Where the database is locked,
  // all of it waits, and the timer tries again.
  void empty_outbox() {
    if (locked_) return;
    if (!outbox_.commits.empty() && !store_.try_commit(outbox_.commits)) {
      locked_ = true;
      locked_timer_.expires_after(kLockedInterval);
      locked_timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        guarded([this] {
          locked_ = false;
          empty_outbox();
        });
      });
      return;
    }
    const Effects out = std::exchange(outbox_, {});
    for (const std::string& remark : out.remarks) log(remark);
    for (const Outgoing& outgoing : out.sends)
      transport_.send(outgoing.rank, worker::encode(outgoing.message));
    for (const results::Change& change : out.commits) {
      const auto* finished = std::get_if<results::AttemptFinished>(&change);
      if (finished != nullptr && !state_.work.empty())
        sweeps::remove_checkpoints(state_.work, finished->cell);
    }
    for (const std::string& cell : out.useless_weights) sweeps::remove_weights(state_.work, cell);
    if (state_.verdict && !farewell_) farewell_ = Clock::now();
  }

  bool everyone_left() const {
    int stopped = 0;
    for (const auto& [rank, worker] : state_.workers) stopped += worker.stopped || worker.lost ? 1 : 0;
    if (stopped == transport_.size() - 1) return true;
    return Clock::now() - *farewell_ > kFarewellLimit;
  }

  void print_progress(bool last) {
    const auto now = Clock::now();
    pace_.elapsed = now - started_;
    const Clock::duration interval =
        style_ == ProgressStyle::live ? Clock::duration(kLiveInterval) : kLogInterval;
    if (!last && now - printed_ < interval) return;
    printed_ = now;
    if (std::exchange(ended_at_best_, pace_.ended) != pace_.ended) best_ = best_so_far(state_);
    std::string line = progress_line(state_, pace_, failed_attempts_, best_);
    if (!last && line == line_) return;
    line_ = std::move(line);
    sweeps::tell(style_ == ProgressStyle::live ? fmt::format("\r\033[K{}{}", line_, last ? "\n" : "")
                                               : line_ + "\n");
  }

  void log(const std::string& line) {
    sweeps::tell(fmt::format("{}{}\n", style_ == ProgressStyle::live ? "\r\033[K" : "", line));
  }

  State& state_;
  results::Store& store_;
  worker::Transport& transport_;
  ProgressStyle style_;
  std::optional<std::chrono::system_clock::time_point> deadline_;
  Onlooker onlooker_;
  Clock::duration last_orders_;  // how long before the time to save
  boost::asio::io_context context_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer locked_timer_;
  bool locked_ = false;       // the last try to commit found the database locked
  Effects outbox_;            // what was decided and is not committed yet
  bool stop_wished_ = false;  // by INT, TERM or HUP
  Pulses pulses_;
  worker::Watch watch_{Clock::now()};
  Clock::time_point next_look_{};
  Clock::time_point next_show_{};
  Clock::time_point next_telling_ = Clock::now() + kTellingInterval;
  Clock::time_point started_;
  worker::Pacer pacer_;
  Pace pace_;
  int failed_attempts_ = 0;
  Clock::time_point printed_{};
  std::string line_;
  std::string best_;
  int ended_at_best_ = -1;  // pace_.ended when it was looked for
  std::optional<Clock::time_point> farewell_;
  std::exception_ptr failure_;
};

}  // namespace

bool Pulses::send(const State& state, worker::Transport& transport) {
  const auto now = Clock::now();
  if (now < next_) return false;
  next_ = now + worker::kBeatInterval;
  for (const auto& [rank, worker] : state.workers) {
    if (!worker.lost) transport.send(rank, worker::encode(worker::Pulse{}));
  }
  return true;
}

Verdict run_loop(State& state, results::Store& store, worker::Transport& transport, ProgressStyle style,
                 std::optional<std::chrono::system_clock::time_point> deadline, Onlooker onlooker) {
  state.ranks = transport.size() - 1;
  return Loop(state, store, transport, style, deadline, std::move(onlooker)).run();
}

}  // namespace missmodal::coordinator
