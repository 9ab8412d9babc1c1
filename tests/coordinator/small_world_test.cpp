// Two workers, three cells, one death: every order in which things can happen, one after the other.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "coordinator/handlers.h"
#include "coordinator/liveness.h"
#include "sweeps/exit_code.h"
#include "tests/coordinator/small_sweep.h"

namespace missmodal::coordinator {
namespace {

constexpr int kCells = 3;
constexpr int kWorkers = 2;

// What may happen next.
enum class Kind { speak, hear, finish, die, freeze, miss, wake };
struct Step {
  Kind kind;
  int rank;
};

// A coordinator, its workers and the wires between them. Every wire keeps its order.
class World {
 public:
  World() {
    state_.sweep = small_sweep();
    state_.sweep.stages = {{}};
    state_.sweep.stages[0].name = "final";
    for (int seed = 1; seed <= kCells; ++seed) state_.sweep.stages[0].seeds.push_back(seed);
    state_.hashes.dataset_sha256 = std::string(64, 'd');
    state_.stages.resize(1);
    state_.ranks = kWorkers;
    carry_out(on_start(state_));
    for (int rank = 1; rank <= kWorkers; ++rank) say_ready(rank);
  }

  // Steps that nobody else can tell apart are taken in one order only: a worker takes a word in as soon as it
  // can, has its result heard, or dies, right after it has it, and dies right after something that it did.
  std::vector<Step> possible() const {
    std::vector<Step> steps;
    for (int rank = 1; rank <= kWorkers; ++rank) {
      const Worker& worker = workers_[static_cast<std::size_t>(rank)];
      if (worker.life == Life::alive && !worker.down.empty()) return {{Kind::speak, rank}};
    }
    for (int rank = 1; rank <= kWorkers; ++rank) {
      const Worker& worker = workers_[static_cast<std::size_t>(rank)];
      const bool acts = worker.life == Life::alive;
      if (acts && worker.fresh && trouble_ == 0) {
        steps.push_back({Kind::die, rank});
        steps.push_back({Kind::freeze, rank});
      }
      if (!worker.up.empty()) steps.push_back({Kind::hear, rank});  // the coordinator takes its next word in
      if (last_.kind == Kind::finish) {
        if (last_.rank == rank) return steps;
        steps.clear();
        continue;
      }
      if (acts && worker.assignment != 0) steps.push_back({Kind::finish, rank});
      const bool missed = state_.workers.contains(rank) && state_.workers.at(rank).lost;
      if (worker.life != Life::alive && state_.workers.contains(rank) && !missed && !state_.verdict)
        steps.push_back({Kind::miss, rank});
      if (worker.life == Life::frozen) steps.push_back({Kind::wake, rank});
    }
    return steps;
  }

  void take(const Step& step) {
    Worker& worker = workers_[static_cast<std::size_t>(step.rank)];
    last_ = step;
    if (step.kind != Kind::speak) {
      for (Worker& one : workers_) one.fresh = false;
    }
    worker.fresh = step.kind == Kind::speak || step.kind == Kind::finish || step.kind == Kind::wake;
    switch (step.kind) {
      case Kind::hear: {
        const worker::Message message = worker.up.front();
        worker.up.pop_front();
        carry_out(on_heard(state_, step.rank));
        if (const auto* ready = std::get_if<worker::Ready>(&message)) {
          carry_out(on_ready(state_, step.rank, *ready));
        } else if (const auto* finished = std::get_if<worker::Finished>(&message)) {
          if (!state_.verdict) carry_out(on_finished(state_, step.rank, *finished));
        } else if (const auto* failed = std::get_if<worker::Failed>(&message)) {
          if (!state_.verdict) carry_out(on_failed(state_, step.rank, *failed));
        }
        break;
      }
      case Kind::speak: {
        const worker::Message message = worker.down.front();
        worker.down.pop_front();
        if (const auto* assign = std::get_if<worker::Assign>(&message)) {
          worker.assignment = assign->assignment;
        } else if (const auto* cancel = std::get_if<worker::Cancel>(&message)) {
          if (worker.assignment == cancel->assignment) interrupted(worker);
        } else if (std::holds_alternative<worker::Rejoin>(message)) {
          worker.assignment = 0;
          say_ready(step.rank);
        } else if (std::holds_alternative<worker::Stop>(message)) {
          if (worker.assignment != 0) interrupted(worker);
          worker.life = Life::left;
        }
        break;
      }
      case Kind::finish:
        worker.up.push_back(worker::Finished{worker.assignment, finished_with(1)});
        worker.assignment = 0;
        break;
      case Kind::die:
        ++trouble_;
        worker.life = Life::dead;
        worker.down.clear();
        break;
      case Kind::freeze:
        ++trouble_;
        worker.life = Life::frozen;
        break;
      case Kind::miss:
        carry_out(on_lost(state_, step.rank, std::nullopt));
        break;
      case Kind::wake:
        worker.life = Life::alive;
        worker.up.push_back(worker::Beat{});
        break;
    }
  }

  // All that its future depends on.
  std::string fingerprint() const {
    std::string text = fmt::format("{} {} {} {} {}", trouble_, static_cast<int>(last_.kind), last_.rank,
                                   state_.verdict.has_value(), state_.last_assignment);
    for (const Worker& worker : workers_) {
      text += fmt::format("|{} {} {}", static_cast<int>(worker.life), worker.assignment, worker.fresh);
      for (const auto* wire : {&worker.up, &worker.down}) {
        text += ";";
        for (const worker::Message& message : *wire) text += word(message);
      }
    }
    for (const auto& [rank, worker] : state_.workers) {
      text += fmt::format("|{} {} {}", worker.lost, worker.stopped, worker.assignment.value_or(0));
    }
    for (const PlannedPlace& place : state_.stages[0].cells) {
      text += fmt::format("|{}", static_cast<int>(state_.cells[place.cell].state));
    }
    for (auto front = state_.queue.next(); front; front = state_.queue.next(front->place))
      text += fmt::format("|{}", static_cast<int>(front->cell));
    return text;
  }

  // Nothing can happen any more.
  void judge() const {
    ASSERT_TRUE(state_.verdict) << "it waits for ever";
    EXPECT_EQ(state_.verdict->exit_code, kExitOk) << state_.verdict->text;
    EXPECT_EQ(accepted_.size(), static_cast<std::size_t>(kCells));
    for (const auto& [cell, count] : accepted_) EXPECT_EQ(count, 1);
    EXPECT_TRUE(running_.empty());
  }

 private:
  enum class Life { alive, frozen, dead, left };
  struct Worker {
    Life life = Life::alive;
    worker::AssignmentId assignment = 0;
    bool fresh = true;                 // has just done something
    std::deque<worker::Message> up;    // to the coordinator
    std::deque<worker::Message> down;  // of it
  };

  static std::string word(const worker::Message& message) {
    std::string text = fmt::format(" {}", message.index());
    if (const auto* assign = std::get_if<worker::Assign>(&message))
      text += fmt::format("/{}", assign->assignment);
    if (const auto* done = std::get_if<worker::Finished>(&message))
      text += fmt::format("/{}", done->assignment);
    if (const auto* failed = std::get_if<worker::Failed>(&message))
      text += fmt::format("/{}", failed->assignment);
    return text;
  }

  void say_ready(int rank) {
    workers_[static_cast<std::size_t>(rank)].up.push_back(
        worker::Ready{.host = "node", .device = "cpu", .local = rank - 1});
  }

  static void interrupted(Worker& worker) {
    worker.up.push_back(worker::Failed{worker.assignment, sweeps::FailureClass::interrupted, "stopped", {}});
    worker.assignment = 0;
  }

  void carry_out(const Effects& effects) {
    for (const results::Change& change : effects.commits) {
      if (const auto* started = std::get_if<results::AttemptStarted>(&change)) {
        EXPECT_TRUE(running_.emplace(started->cell, started->attempt).second) << "two attempts of one cell";
      } else if (const auto* finished = std::get_if<results::AttemptFinished>(&change)) {
        EXPECT_EQ(running_.erase(finished->cell), 1U);
        ++accepted_[finished->cell];
      } else if (const auto* failed = std::get_if<results::AttemptFailed>(&change)) {
        EXPECT_EQ(running_.erase(failed->cell), 1U);
        EXPECT_FALSE(failed->park);
      }
    }
    for (const Outgoing& outgoing : effects.sends) {
      Worker& worker = workers_[static_cast<std::size_t>(outgoing.rank)];
      if (worker.life != Life::dead) worker.down.push_back(outgoing.message);
    }
  }

  State state_;
  std::array<Worker, kWorkers + 1> workers_;
  int trouble_ = 0;
  Step last_{Kind::speak, 0};
  std::map<std::string, int> running_;   // cell, attempt
  std::map<std::string, int> accepted_;  // cell, times
};

// States are not copied: each order is lived through from its beginning, as far as to where another one led
// to the same.
class Orders {
 public:
  // Whether there is another.
  bool next() {
    World world;
    std::size_t depth = 0;
    for (std::vector<Step> steps = world.possible(); !steps.empty(); steps = world.possible(), ++depth) {
      if (depth == choices_.size()) choices_.push_back({0, steps.size()});
      const bool new_choice = depth + 1 == choices_.size();
      world.take(steps[choices_[depth].first]);
      if (new_choice && !seen_.insert(world.fingerprint()).second) {
        ++depth;
        return advance(depth);
      }
      EXPECT_LT(depth, 200U) << "it never ends";
      if (depth > 200) return false;
    }
    world.judge();
    ++ends_;
    return advance(depth);
  }
  std::size_t states() const { return seen_.size(); }
  int ends() const { return ends_; }

 private:
  bool advance(std::size_t depth) {
    choices_.resize(depth);
    while (!choices_.empty() && ++choices_.back().first == choices_.back().second) choices_.pop_back();
    return !choices_.empty();
  }

  std::set<std::string> seen_;
  int ends_ = 0;
  std::vector<std::pair<std::size_t, std::size_t>> choices_;  // which step, of how many
};

TEST(SmallWorld, EveryOrderWithOneDeathAcceptsEveryCellOnce) {
  Orders orders;
  while (orders.next() && !HasFailure()) continue;
  EXPECT_GT(orders.states(), 1000U);
  EXPECT_GT(orders.ends(), 20);
}

}  // namespace
}  // namespace missmodal::coordinator
