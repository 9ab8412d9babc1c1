#include "coordinator/dispatch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "sweeps/canonical.h"
#include "sweeps/error.h"
#include "sweeps/work_folder.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using results::Machine;

// How long a rank may take to start and say Ready before it is waited for no longer.
constexpr double kStartSeconds = 300;

const std::array<std::string, 2> kKinds{"cuda", "cpu"};  // the better one first

std::string kind_of(const State& state, const WorkerState& worker) {
  return state.sweep.resources.device == "cpu" ? "cpu" : worker.device;
}

std::string device_of(const State& state, const WorkerState& worker) {
  if (kind_of(state, worker) == "cpu") return "cpu";
  return fmt::format("cuda:{}", worker.local % std::max(1, worker.gpus));
}

void stop(WorkerState& worker, int rank, Effects& effects) {
  if (!worker.stopped && !worker.lost) effects.sends.push_back({rank, worker::Stop{}});
  worker.stopped = true;
}

// Whether cells may be trained on this kind of device in this database.
bool kind_is_accepted(const State& state, const std::string& kind) {
  return state.mixed_devices || state.machines.empty() ||
         std::any_of(state.machines.begin(), state.machines.end(),
                     [&](const Machine& machine) { return machine.device_kind == kind; });
}

// Idle workers whose kind of device is not that of the accepted cells.
void set_aside_foreign(State& state, Effects& effects) {
  for (const std::string& kind : kKinds) {
    if (state.seats.seats(kind) == 0 || kind_is_accepted(state, kind)) continue;
    for (const int rank : state.seats.idle_of(kind)) {
      set_aside(
          state, rank,
          fmt::format("it trains on {}, the accepted cells were trained on {} (--mixed-devices allows both)",
                      kind, state.machines.begin()->device_kind),
          effects);
    }
  }
}

// Whether an attempt may start on this kind of device now.
bool kind_may_start(const State& state, const std::string& kind) {
  if (state.mixed_devices || !state.machines.empty()) return true;
  return state.assignments.empty() || state.assignments.begin()->second.kind == kind;
}

// What sets a machine apart from another, in words.
std::string difference(const Machine& machine, const Machine& other) {
  std::vector<std::string> words;
  const auto compare = [&](std::string_view what, const auto& one, const auto& two) {
    if (one != two) words.push_back(fmt::format("{} {}, not {}", what, one, two));
  };
  compare("device", machine.device_kind, other.device_kind);
  compare("threads", machine.threads, other.threads);
  compare("processor", machine.processor, other.processor);
  compare("LibTorch", machine.libtorch, other.libtorch);
  return fmt::format("{}", fmt::join(words, ", "));
}

// Bits are promised for one kind of machine only; who trains on another hears of it, once.
void remark_machine(State& state, int rank, const WorkerState& worker, Effects& effects) {
  if (state.machines.empty()) return;
  Machine machine = machine_of(state, worker);
  if (state.machines.contains(machine) || state.remarked.contains(machine)) return;
  effects.remarks.push_back(
      fmt::format("rank {} on {} trains with another setup than the accepted cells ({}): its results agree "
                  "with theirs within rounding noise, not bit for bit",
                  rank, worker.host, difference(machine, *state.machines.begin())));
  state.remarked.insert(std::move(machine));
}

// Whether the cell's trained model stays, or may.
bool keeps_weights(const State& state, CellHandle cell) {
  if (state.work.empty()) return false;
  switch (state.sweep.resources.keep) {
    case sweeps::Keep::best:
      return state.kept_weights.planned(cell);
    case sweeps::Keep::all:
      return true;
    case sweeps::Keep::none:
      break;
  }
  return false;
}

worker::Assign assign_message(const State& state, const Assignment& assignment) {
  const Cell& cell = state.cells[assignment.cell];
  const sweeps::Resources& resources = state.sweep.resources;
  return {.assignment = assignment.id,
          .cell = cell.id,
          .attempt = assignment.attempt,
          .members = assignment.members,
          .configuration = cell.configuration,
          .dataset_path = state.sweep.dataset_path,
          .dataset_sha256 = state.hashes.dataset_sha256,
          .text_weights = cell.text_weights,
          .weights_sha256 = sweeps::weights_sha256_of(cell.configuration),
          .evaluation = state.sweep.evaluation,
          .threads = resources.threads_per_trial,
          .trials_per_gpu = assignment.most_on_device,
          .collective_seconds = resources.collective_seconds,
          .work = state.work,
          .representations = state.represented.contains(assignment.cell),
          .weights =
              keeps_weights(state, assignment.cell) ? sweeps::weights_file(state.work, cell.id).string() : "",
          .checkpoint_seconds = resources.checkpoint_seconds,
          .stall_seconds = resources.stall_seconds};
}

void start(State& state, CellHandle handle, const std::vector<int>& ranks, int most_bearable,
           Effects& effects) {
  const int most_on_device = std::min(most_bearable, state.sweep.resources.trials_per_gpu);
  Cell& cell = state.cells[handle];
  state.cells.set_state(handle, CellState::running);
  Assignment assignment{.id = ++state.last_assignment,
                        .cell = handle,
                        .attempt = ++cell.attempts,
                        .kind = kind_of(state, state.workers.at(ranks.front())),
                        .members = {},
                        .most_on_device = most_on_device,
                        .holders = {ranks.begin(), ranks.end()},
                        .begun = state.age};
  results::AttemptStarted started{
      cell.id, assignment.attempt, assignment.id, {}, state.sweep.resources.threads_per_trial};
  for (const int rank : ranks) {
    WorkerState& worker = state.workers.at(rank);
    const std::string device = device_of(state, worker);
    worker.assignment = assignment.id;
    state.seats.take(rank, most_on_device);
    assignment.members.push_back({rank, device});
    started.members.push_back({rank, worker.host, device, worker.processor, worker.libtorch});
    remark_machine(state, rank, worker, effects);
  }
  effects.commits.emplace_back(std::move(started));
  const worker::Assign message = assign_message(state, assignment);
  for (const int rank : ranks) effects.sends.push_back({rank, message});
  ++state.running;
  state.running_ranks += static_cast<int>(ranks.size());
  state.assignments.emplace(assignment.id, std::move(assignment));
}

GangNeed need_of(const State& state, const Demand& demand) {
  const bool others = !demand.failed_on.empty() && another_gang(state, demand.ranks, demand.failed_on);
  return {demand.ranks, demand.most_on_device, others ? demand.failed_on : std::set<int>{}};
}

std::vector<int> gang_now(const State& state, const CellQueue::Front& front, const GangNeed& need) {
  static const std::set<int> kNone;
  const bool behind = state.reservation && state.reservation->place < front.place;
  for (const std::string& kind : kKinds) {
    if (!kind_may_start(state, kind)) continue;
    std::vector<int> ranks = state.seats.gang(kind, need, behind ? state.reservation->seats : kNone);
    if (!ranks.empty()) return ranks;
  }
  return {};
}

// Keeps for the cell what it waits for; false where the ranks that are there can give it no gang at all.
bool reserve(State& state, const CellQueue::Front& front, const GangNeed& need) {
  if (state.reservation && state.reservation->cell == front.cell &&
      kind_may_start(state, state.reservation->kind) &&
      state.seats.still_future(state.reservation->kind, need, state.reservation->seats)) {
    return true;
  }
  for (const std::string& kind : kKinds) {
    if (!kind_may_start(state, kind)) continue;
    std::set<int> seats = state.seats.future(kind, need);
    if (seats.empty()) continue;
    state.reservation = Reservation{front.cell, front.place, kind, std::move(seats)};
    return true;
  }
  if (state.reservation && state.reservation->cell == front.cell) state.reservation.reset();
  return false;
}

bool any_seat_is_open(const State& state) {
  return std::any_of(kKinds.begin(), kKinds.end(), [&](const std::string& kind) {
    return state.seats.open_seats(kind) > 0 && kind_may_start(state, kind);
  });
}

// The most ranks that one gang of this job could have had if nobody had been set aside for a fault.
int widest_ever(const State& state) {
  int most = 0;
  for (const std::string& kind : kKinds) {
    if (kind_is_accepted(state, kind)) most = std::max(most, state.seats.seats_ever(kind));
  }
  return most;
}

}  // namespace

results::Machine machine_of(const State& state, const WorkerState& worker) {
  return {kind_of(state, worker), state.sweep.resources.threads_per_trial, worker.processor, worker.libtorch};
}

Demand demand_of(const State& state, CellHandle cell) {
  Demand demand{.ranks = state.cells[cell].ranks};
  if (const auto trouble = state.troubles.find(cell); trouble != state.troubles.end()) {
    demand.failed_on = trouble->second.failed_on;
    if (trouble->second.most_on_device) demand.most_on_device = *trouble->second.most_on_device;
  }
  return demand;
}

bool another_gang(const State& state, int ranks, const std::set<int>& except) {
  return std::any_of(kKinds.begin(), kKinds.end(),
                     [&](const std::string& kind) { return state.seats.seats(kind, except) >= ranks; });
}

bool everyone_is_here(const State& state) {
  return state.ranks > 0 &&
         (static_cast<int>(state.workers.size()) >= state.ranks || state.age > kStartSeconds);
}

std::optional<std::string> too_wide(const State& state) {
  const int wanted = state.queue.widest();
  if (wanted <= 1 || !everyone_is_here(state)) return std::nullopt;
  const int most = widest_ever(state);
  if (wanted <= most) return std::nullopt;
  if (state.seats.seats_ever("cuda") == 0) {
    return fmt::format("resources.ranks_per_trial: {}, but only {} of this job's ranks can train", wanted,
                       most);
  }
  return fmt::format(
      "resources.ranks_per_trial: {}, but this job's {} ranks sit on {} GPU{}, and each needs its own",
      wanted, state.ranks, most, most == 1 ? "" : "s");
}

void seat(State& state, int rank, Effects& effects) {
  const WorkerState& worker = state.workers.at(rank);
  const int places = worker.gpus * state.sweep.resources.trials_per_gpu;
  if (kind_of(state, worker) == "cuda" && worker.local >= places) {
    set_aside(state, rank,
              fmt::format("resources.trials_per_gpu: {}, and {} {} for {} workers at most; it is number {}",
                          state.sweep.resources.trials_per_gpu, worker.gpus,
                          worker.gpus == 1 ? "GPU is" : "GPUs are", places, worker.local + 1),
              effects);
    return;
  }
  state.seats.sit(rank, worker.host, device_of(state, worker));
}

void set_aside(State& state, int rank, const std::string& reason, Effects& effects) {
  WorkerState& worker = state.workers.at(rank);
  MISSMODAL_CHECK(!worker.assignment);
  if (state.seats.sits(rank)) state.seats.leave(rank);
  worker.set_aside = reason;
  effects.commits.push_back(results::WorkerSetAside{rank, worker.host, reason});
  effects.remarks.push_back(
      fmt::format("rank {} on {} is set aside for the rest of this run: {}", rank, worker.host, reason));
  stop(worker, rank, effects);
}

std::set<int> silent_ranks(const State& state) {
  std::set<int> ranks;
  for (const auto& [rank, worker] : state.workers) {
    if (worker.silent || worker.lost) ranks.insert(rank);
  }
  if (state.age > kStartSeconds) {  // who never said a word will say none now
    for (int rank = 1; rank <= state.ranks; ++rank) {
      if (!state.workers.contains(rank)) ranks.insert(rank);
    }
  }
  return ranks;
}

void stop_workers(State& state, Effects& effects) {
  for (auto& [rank, worker] : state.workers) stop(worker, rank, effects);
}

void dispatch(State& state, Effects& effects) {
  set_aside_foreign(state, effects);
  bool head_waits = false;
  std::optional<CellQueue::Front> front = state.queue.next();
  for (; front && any_seat_is_open(state); front = state.queue.next(front->place)) {
    const GangNeed need = need_of(state, *front->demand);
    const std::vector<int> ranks = gang_now(state, *front, need);
    if (!ranks.empty()) {
      if (state.reservation && state.reservation->cell == front->cell) state.reservation.reset();
      state.queue.take(front->place);
      start(state, front->cell, ranks, need.most_on_device, effects);
    } else if (!head_waits) {
      head_waits = reserve(state, *front, need);
    }
  }
  if (!front && !head_waits) state.reservation.reset();
}

}  // namespace missmodal::coordinator
