// What holds whatever the hosts, the widths and the order of events: sweeps simulated from seeds.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/handlers.h"
#include "sweeps/exit_code.h"
#include "tests/coordinator/invariants.h"
#include "tests/coordinator/small_sweep.h"
#include "tests/coordinator/widths.h"

namespace missmodal::coordinator {
namespace {

using sweeps::FailureClass;
using worker::AssignmentId;

struct Place {
  std::string host;
  int gpus = 0;
  int local = 0;
};

// What the store and the workers would see of the effects; whatever they would refuse is a failure.
class Outside {
 public:
  void take(const Effects& effects) {
    for (const results::Change& change : effects.commits)
      std::visit([this](const auto& one) { take_change(one); }, change);
    for (const Outgoing& outgoing : effects.sends) {
      const auto* assign = std::get_if<worker::Assign>(&outgoing.message);
      if (assign == nullptr) continue;
      EXPECT_TRUE(busy_.emplace(outgoing.rank, assign->assignment).second)
          << "rank " << outgoing.rank << " is in two gangs";
      EXPECT_FALSE(assign->configuration.empty());
    }
  }
  void answered(int rank) { busy_.erase(rank); }
  void forget(int rank) { busy_.erase(rank); }
  std::size_t accepted() const { return accepted_.size(); }
  const std::vector<std::vector<results::AttemptMember>>& gangs() const { return gangs_; }

 private:
  void take_change(const results::AttemptStarted& started) {
    EXPECT_GT(started.assignment, last_);
    last_ = started.assignment;
    EXPECT_FALSE(accepted_.contains(started.cell));
    EXPECT_TRUE(running_.emplace(started.cell, started.attempt).second) << "two attempts of one cell run";
    std::set<std::pair<std::string, std::string>> gpus;
    for (const auto& member : started.members) {
      if (member.device != "cpu") {
        EXPECT_TRUE(gpus.insert({member.host, member.device}).second) << "two members on one GPU";
      }
    }
    gangs_.push_back(started.members);
  }
  void take_change(const results::AttemptFinished& finished) {
    EXPECT_TRUE(end(finished.cell, finished.attempt));
    EXPECT_TRUE(accepted_.insert(finished.cell).second) << "accepted twice";
  }
  void take_change(const results::AttemptFailed& failed) { EXPECT_TRUE(end(failed.cell, failed.attempt)); }
  template <typename Other>
  void take_change(const Other&) {}

  bool end(const std::string& cell, int attempt) {
    const auto found = running_.find(cell);
    if (found == running_.end() || found->second != attempt) return false;
    running_.erase(found);
    return true;
  }

  std::map<std::string, int> running_;
  std::set<std::string> accepted_;
  std::map<int, AssignmentId> busy_;
  std::vector<std::vector<results::AttemptMember>> gangs_;
  AssignmentId last_ = 0;
};

using Random = std::mt19937;

int number(Random& random, int low, int high) {
  return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
}

// Hosts of different sizes, with or without GPUs.
std::vector<Place> random_places(Random& random, bool gpus, int trials_per_gpu) {
  std::vector<Place> places;
  const int hosts = number(random, 1, 4);
  for (int host = 0; host < hosts; ++host) {
    const int gpus_here = gpus ? number(random, 1, 4) : 0;
    const int ranks = gpus ? gpus_here * number(random, 1, trials_per_gpu) : number(random, 1, 5);
    for (int local = 0; local < ranks; ++local)
      places.push_back({fmt::format("host{}", host), gpus_here, local});
  }
  return places;
}

worker::Ready ready(const Place& place) {
  return {worker::kProtocolVersion,
          place.host,
          place.gpus > 0 ? "cuda" : "cpu",
          "",
          "2.6",
          "H100",
          place.gpus,
          place.local};
}

int seats_of(const std::vector<Place>& places) {
  std::set<std::pair<std::string, int>> seats;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    seats.insert({place.host, place.gpus > 0 ? place.local % place.gpus : static_cast<int>(i) + 1000});
  }
  return static_cast<int>(seats.size());
}

class GangLaws : public testing::TestWithParam<unsigned> {};

// The cell at the head starts at the latest when what ran, as it came there, has ended.
class HeadLaw {
 public:
  void check(const State& state) {
    const auto front = state.queue.next();
    if (!front) return head_.reset();
    if (head_ != front->cell) {
      head_ = front->cell;
      ran_.clear();
      for (const auto& [id, assignment] : state.assignments) ran_.insert(id);
    }
    std::erase_if(ran_, [&](AssignmentId id) { return !state.assignments.contains(id); });
    EXPECT_FALSE(ran_.empty()) << "the head waits for trials that began after it came to be the head";
  }

 private:
  std::optional<CellHandle> head_;
  std::set<AssignmentId> ran_;
};

TEST_P(GangLaws, EveryCellIsAcceptedOnceAndNoneStarves) {
  Random random(GetParam());
  const bool gpus = number(random, 0, 1) == 1;
  const int trials_per_gpu = gpus ? number(random, 1, 4) : 1;
  const std::vector<Place> places = random_places(random, gpus, trials_per_gpu);
  const int widest = seats_of(places);
  std::vector<int> widths;
  const int cells = number(random, 1, 60);
  for (int i = 0; i < cells; ++i) {
    widths.push_back(number(random, 0, 2) == 0 ? number(random, 1, widest) : 1);
  }
  State state = sweep_of(widths);
  state.ranks = static_cast<int>(places.size());
  state.sweep.resources.trials_per_gpu = trials_per_gpu;
  Outside outside;
  HeadLaw law;
  for (std::size_t i = 0; i < places.size(); ++i) {
    outside.take(on_ready(state, static_cast<int>(i) + 1, ready(places[i])));
    check_invariants(state);
  }
  const std::size_t before_all_were_there = outside.gangs().size();
  std::map<AssignmentId, int> ends;  // by assignment: when
  int now = 0;
  while (!state.verdict) {
    law.check(state);
    for (const auto& [id, assignment] : state.assignments) ends.try_emplace(id, now + number(random, 1, 30));
    ASSERT_FALSE(state.assignments.empty());
    const auto next =
        std::min_element(state.assignments.begin(), state.assignments.end(),
                         [&](const auto& a, const auto& b) { return ends.at(a.first) < ends.at(b.first); });
    const AssignmentId id = next->first;
    now = ends.at(id);
    const std::vector<worker::Member> members = next->second.members;
    std::vector<int> order;
    for (const worker::Member& member : members) order.push_back(member.rank);
    std::shuffle(order.begin(), order.end(), random);
    for (const int rank : order) {
      if (state.verdict) break;
      outside.answered(rank);
      outside.take(rank == members.front().rank ? on_finished(state, rank, {id, finished_with(1)})
                                                : on_released(state, rank, {id}));
      check_invariants(state);
    }
  }
  EXPECT_EQ(state.verdict->exit_code, kExitOk) << state.verdict->text;
  EXPECT_EQ(outside.accepted(), static_cast<std::size_t>(cells));
  std::map<std::string, std::set<int>> seats;
  for (std::size_t i = 0; i < places.size(); ++i) {
    seats[places[i].host].insert(gpus ? places[i].local % places[i].gpus : static_cast<int>(i));
  }
  for (std::size_t i = before_all_were_there; i < outside.gangs().size(); ++i) {
    const auto& gang = outside.gangs()[i];
    std::set<std::string> hosts;
    for (const auto& member : gang) hosts.insert(member.host);
    const bool one_has = std::any_of(seats.begin(), seats.end(),
                                     [&](const auto& host) { return host.second.size() >= gang.size(); });
    EXPECT_TRUE(hosts.size() == 1 || !one_has) << "a gang of " << gang.size() << " spans hosts";
  }
}

// Ranks that die, start anew, answer late, twice, or for others; messages of assignments that never were.
TEST_P(GangLaws, NoOrderOfEventsBreaksAnInvariant) {
  Random random(GetParam() + 1000);
  const bool gpus = number(random, 0, 1) == 1;
  const int trials_per_gpu = gpus ? number(random, 1, 3) : 1;
  const std::vector<Place> places = random_places(random, gpus, trials_per_gpu);
  std::vector<int> widths;
  for (int i = 0; i < 30; ++i) widths.push_back(number(random, 1, std::min(4, seats_of(places) + 1)));
  State state = sweep_of(widths);
  state.ranks = number(random, 0, 1) == 1 ? static_cast<int>(places.size()) : 0;
  state.sweep.resources.trials_per_gpu = trials_per_gpu;
  state.sweep.resources.max_attempts = 3;
  Outside outside;
  for (int step = 0; step < 600 && !state.verdict; ++step) {
    const int rank = number(random, 1, static_cast<int>(places.size()));
    const WorkerState* const worker = state.workers.find(rank);
    AssignmentId id = number(random, 0, static_cast<int>(state.last_assignment) + 1);
    const bool known = worker != nullptr && worker->assignment.has_value();
    if (known && number(random, 0, 3) > 0) id = *worker->assignment;
    if (known && *worker->assignment == id) outside.answered(rank);
    Effects effects;
    switch (number(random, 0, 9)) {
      case 0:
        if (known && *worker->assignment != id && number(random, 0, 3) > 0) break;
        outside.forget(rank);
        effects = on_ready(state, rank, ready(places[static_cast<std::size_t>(rank - 1)]));
        break;
      case 1:
      case 2:
      case 3:
        effects = on_finished(state, rank, {id, finished_with(1)});
        break;
      case 4:
      case 5:
        effects = on_released(state, rank, {id});
        break;
      case 6:
        effects = on_failed(
            state, rank,
            {id, FailureClass::lost, "broke", {number(random, 1, static_cast<int>(places.size()))}});
        break;
      case 7:
        effects =
            on_failed(state, rank, {id, FailureClass::out_of_memory, fmt::format("no memory {}", step), {}});
        break;
      case 8:
        effects = on_failed(
            state, rank,
            {id, static_cast<FailureClass>(number(random, 0, 5)), fmt::format("words {}", step), {}});
        break;
      default:
        if (number(random, 0, 200) == 0) effects = on_interrupt(state);
        if (number(random, 0, 60) == 0) {
          effects = on_failed(state, rank, {id, FailureClass::worker_fault, "no such file", {}});
        }
    }
    outside.take(effects);
    ASSERT_NO_THROW(check_invariants(state)) << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, GangLaws, testing::Range(0U, 60U));

}  // namespace
}  // namespace missmodal::coordinator
