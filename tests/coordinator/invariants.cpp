#include "tests/coordinator/invariants.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

namespace missmodal::coordinator {
namespace {

using results::CellState;

void expect(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error("does not hold: " + what);
}

void check_assignments(const State& state) {
  std::map<CellHandle, int> running;
  int unjudged = 0;
  int ranks = 0;
  for (const auto& [id, assignment] : state.assignments) {
    const std::string name = fmt::format("assignment {}", id);
    expect(assignment.id == id && id >= 1 && id <= state.last_assignment, name + " has its own number");
    expect(!assignment.holders.empty(), name + " is held by somebody");
    std::set<int> members;
    std::set<std::pair<std::string, std::string>> devices;
    for (const worker::Member& member : assignment.members) {
      expect(members.insert(member.rank).second, name + " has each member once");
      const std::string& host = state.workers.at(member.rank).host;
      const bool alone = member.device == "cpu" || devices.insert({host, member.device}).second;
      expect(alone, name + " has no two members on one GPU");
      expect((assignment.kind == "cuda") == member.device.starts_with("cuda"), name + " is of one kind");
    }
    for (const int rank : assignment.holders) {
      expect(members.contains(rank), name + " is held by members alone");
      expect(state.workers.at(rank).assignment == id, fmt::format("rank {} knows what it holds", rank));
      expect(state.seats.sits(rank) && !state.seats.idle(rank), fmt::format("rank {} works", rank));
    }
    if (assignment.judged) continue;
    ++unjudged;
    ranks += static_cast<int>(members.size());
    expect(++running[assignment.cell] == 1, name + " alone trains its cell");
    expect(state.cells[assignment.cell].state == CellState::running, name + "'s cell runs");
    expect(static_cast<int>(members.size()) == state.cells[assignment.cell].ranks, name + " is whole");
  }
  expect(state.running == unjudged && state.running_ranks == ranks, "what runs is counted");
}

void check_workers(const State& state) {
  int working = 0;
  std::map<std::pair<std::string, std::string>, int> on_device;
  for (const auto& [rank, worker] : state.workers) {
    const std::string name = fmt::format("rank {}", rank);
    if (worker.assignment) {
      ++working;
      expect(state.assignments.at(*worker.assignment).holders.contains(rank), name + " holds its assignment");
    }
    expect(worker.set_aside.empty() ||
               (!worker.assignment && (worker.stopped || worker.lost) && !state.seats.sits(rank)),
           name + ", set aside, does nothing");
    expect(state.seats.idle(rank) == (state.seats.sits(rank) && !worker.assignment),
           name + " is idle where it holds nothing");
  }
  expect(state.seats.working() == working, "those who work are counted");
  for (const auto& [id, assignment] : state.assignments) {
    for (const worker::Member& member : assignment.members) {
      if (member.device == "cpu" || !assignment.holders.contains(member.rank)) continue;
      ++on_device[{state.workers.at(member.rank).host, member.device}];
    }
  }
  for (const auto& [device, trials] : on_device) {
    expect(trials <= state.sweep.resources.trials_per_gpu,
           device.second + " has no more trials than allowed");
  }
  for (const auto& [id, assignment] : state.assignments) {
    for (const worker::Member& member : assignment.members) {
      if (member.device == "cpu" || !assignment.holders.contains(member.rank)) continue;
      expect(on_device[{state.workers.at(member.rank).host, member.device}] <= assignment.most_on_device,
             "nobody has more neighbours than it bears");
    }
  }
}

void check_cells(const State& state) {
  for (auto front = state.queue.next(); front; front = state.queue.next(front->place)) {
    expect(state.cells[front->cell].state == CellState::pending, "what waits is pending");
  }
  CellCounts planned;
  for (std::size_t i = 0; i < state.cells.size(); ++i) {
    const auto handle = static_cast<CellHandle>(i);
    const Cell& cell = state.cells[handle];
    expect(state.cells.at(cell.id) == handle, "a cell is found by its id");
    if (!state.cells.planned(handle)) continue;
    planned.add(cell.state, 1);
    expect(ended(cell.state) == cell.configuration.empty() || state.closing || state.verdict,
           "a cell has its configuration until it has ended");
  }
  expect(planned == state.cells.planned_cells(), "planned cells are counted by state");
  expect(static_cast<std::int64_t>(state.queue.size()) == planned.in(CellState::pending),
         "every pending cell waits, once");
  expect(state.running == planned.in(CellState::running), "every running cell has an attempt");
  for (std::size_t stage = 0; stage < state.stages.size(); ++stage) {
    CellCounts places;
    for (const PlannedPlace& place : state.stages[stage].cells) places.add(state.cells[place.cell].state, 1);
    expect(places == state.cells.places(stage), "a stage's places are counted by state");
  }
}

}  // namespace

void check_invariants(const State& state) {
  check_assignments(state);
  check_workers(state);
  check_cells(state);
  expect(!state.verdict || state.running == 0, "with the verdict nothing runs");
}

}  // namespace missmodal::coordinator
