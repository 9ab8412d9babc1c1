#include "coordinator/dispatch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sweeps/canonical.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using results::Machine;

std::string kind_of(const State& state, const WorkerState& worker) {
  return state.sweep.resources.device == "cpu" ? "cpu" : worker.device;
}

std::string device_of(const State& state, const WorkerState& worker) {
  if (kind_of(state, worker) == "cpu") return "cpu";
  return fmt::format("cuda:{}", worker.local % std::max(1, worker.gpus));
}

void stop(WorkerState& worker, int rank, Effects& effects) {
  if (!worker.stopped) effects.sends.push_back({rank, worker::Stop{}});
  worker.stopped = true;
}

// Workers whose kind of device is not that of the accepted cells.
void set_aside_foreign(State& state, Effects& effects) {
  if (state.mixed_devices || state.machines.empty()) return;
  const auto accepted = [&](const std::string& kind) {
    return std::any_of(state.machines.begin(), state.machines.end(),
                       [&](const Machine& machine) { return machine.device_kind == kind; });
  };
  for (auto& [rank, worker] : state.workers) {
    if (worker.stopped || worker.assignment) continue;
    const std::string kind = kind_of(state, worker);
    if (accepted(kind)) continue;
    set_aside(
        state, rank,
        fmt::format("it trains on {}, the accepted cells were trained on {} (--mixed-devices allows both)",
                    kind, state.machines.begin()->device_kind),
        effects);
  }
}

// The kind of device that all attempts of now must have; "" for any.
std::string kind_now(const State& state) {
  if (state.mixed_devices || !state.machines.empty()) return "";
  for (const auto& [rank, worker] : state.workers) {
    if (worker.assignment) return kind_of(state, worker);
  }
  return "";
}

// The next cell that this worker may try.
std::optional<std::string> take_cell(State& state, int rank) {
  const auto found = std::find_if(state.queue.begin(), state.queue.end(), [&](const std::string& id) {
    const Cell& cell = state.cells.at(id);
    return !cell.failed_on.contains(rank) || !another_worker(state, cell.failed_on);
  });
  if (found == state.queue.end()) return std::nullopt;
  std::string id = std::move(*found);
  state.queue.erase(found);
  return id;
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
  const Machine machine = machine_of(state, worker);
  if (state.machines.empty() || state.machines.contains(machine)) return;
  if (!state.remarked.insert(machine).second) return;
  effects.remarks.push_back(
      fmt::format("rank {} on {} trains with another setup than the accepted cells ({}): its results agree "
                  "with theirs within rounding noise, not bit for bit",
                  rank, worker.host, difference(machine, *state.machines.begin())));
}

worker::Assign assign_message(const State& state, const Assignment& assignment) {
  const Cell& cell = state.cells.at(assignment.cell);
  return {assignment.id,
          assignment.cell,
          assignment.attempt,
          assignment.members,
          cell.configuration,
          state.sweep.dataset_path,
          state.hashes.dataset_sha256,
          cell.text_weights,
          sweeps::weights_sha256_of(cell.configuration),
          state.sweep.evaluation,
          state.sweep.resources.threads_per_trial,
          state.sweep.resources.trials_per_gpu};
}

void start(State& state, int rank, WorkerState& worker, const std::string& id, Effects& effects) {
  Cell& cell = state.cells.at(id);
  cell.state = CellState::running;
  ++cell.attempts;
  const std::string device = device_of(state, worker);
  const Assignment assignment{++state.last_assignment, id, cell.attempts, {{rank, device}}, {rank}};
  state.assignments[assignment.id] = assignment;
  worker.assignment = assignment.id;
  effects.commits.push_back(
      results::AttemptStarted{id,
                              assignment.attempt,
                              assignment.id,
                              {{rank, worker.host, device, worker.processor, worker.libtorch}},
                              state.sweep.resources.threads_per_trial});
  effects.sends.push_back({rank, assign_message(state, assignment)});
  remark_machine(state, rank, worker, effects);
}

}  // namespace

results::Machine machine_of(const State& state, const WorkerState& worker) {
  return {kind_of(state, worker), state.sweep.resources.threads_per_trial, worker.processor, worker.libtorch};
}

bool anything_running(const State& state) {
  return !state.assignments.empty();
}

bool another_worker(const State& state, const std::set<int>& except) {
  return std::any_of(state.workers.begin(), state.workers.end(), [&](const auto& worker) {
    return !worker.second.stopped && !except.contains(worker.first);
  });
}

void set_aside(State& state, int rank, const std::string& reason, Effects& effects) {
  WorkerState& worker = state.workers.at(rank);
  worker.set_aside = reason;
  effects.commits.push_back(results::WorkerSetAside{rank, worker.host, reason});
  effects.remarks.push_back(
      fmt::format("rank {} on {} is set aside for the rest of this run: {}", rank, worker.host, reason));
  stop(worker, rank, effects);
}

void stop_workers(State& state, Effects& effects) {
  for (auto& [rank, worker] : state.workers) stop(worker, rank, effects);
}

void dispatch(State& state, Effects& effects) {
  set_aside_foreign(state, effects);
  std::string kind = kind_now(state);
  for (auto& [rank, worker] : state.workers) {
    if (state.queue.empty()) return;
    if (worker.assignment || worker.stopped) continue;
    if (!kind.empty() && kind_of(state, worker) != kind) continue;
    const auto id = take_cell(state, rank);
    if (!id) continue;
    start(state, rank, worker, *id, effects);
    kind = kind_now(state);
  }
}

}  // namespace missmodal::coordinator
