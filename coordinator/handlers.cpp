#include "coordinator/handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "coordinator/dispatch.h"
#include "coordinator/judgement.h"
#include "coordinator/stages.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using sweeps::FailureClass;

constexpr std::size_t kShownReasons = 3;

Verdict final_verdict(const State& state) {
  std::string unplanned;
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    if (state.stages[i].planned) continue;
    unplanned += (unplanned.empty() ? "" : ", ") + state.sweep.stages[i].name;
  }
  const CellCounts& cells = state.cells.planned_cells();
  const std::int64_t diverged = cells.in(CellState::diverged);
  const std::int64_t parked = cells.in(CellState::parked);
  std::string text = fmt::format("{} cells accepted, {} diverged, {} parked", cells.in(CellState::accepted),
                                 diverged, parked);
  if (!unplanned.empty()) text += "; no winner to go on with for " + unplanned;
  const bool whole = diverged == 0 && parked == 0 && unplanned.empty();
  return {whole ? kExitOk : kExitIncomplete, text};
}

// "no worker is left: rank 1 on node1: mosi.safetensors: no such file (and 3 more)"; nothing that waits can
// be trained by whoever is left, if anybody is.
Verdict no_gang_verdict(const State& state) {
  std::map<std::string, int> first_of_reason;
  std::size_t gone = 0;
  for (const auto& [rank, worker] : state.workers) {
    if (worker.set_aside.empty()) continue;
    ++gone;
    first_of_reason.try_emplace(worker.set_aside, rank);
  }
  const int left = state.seats.ranks();
  std::string text =
      left == 0 ? "no worker is left: "
                : fmt::format("a cell needs {} ranks, too few of the {} that are left can train it: ",
                              state.queue.widest(), left);
  std::size_t shown = 0;
  for (const auto& [reason, rank] : first_of_reason) {
    if (++shown > kShownReasons) break;
    text +=
        fmt::format("{}rank {} on {}: {}", shown == 1 ? "" : "; ", rank, state.workers.at(rank).host, reason);
  }
  const std::size_t others = gone - std::min(first_of_reason.size(), kShownReasons);
  if (others > 0) text += fmt::format(" (and {} more)", others);
  return {kExitTrouble, text};
}

void end(State& state, Verdict verdict, Effects& effects) {
  effects.commits.push_back(results::SweepEnded{verdict.exit_code, verdict.text});
  stop_workers(state, effects);
  state.verdict = std::move(verdict);
}

// The sweep ends with this verdict as soon as the running attempts have answered.
void close(State& state, Verdict verdict, Effects& effects) {
  state.closing = std::move(verdict);
  stop_workers(state, effects);
}

// No cell is to blame: those that were parked wait for the next run.
void give_up(State& state, Effects& effects) {
  results::CellsReleased released;
  for (const CellHandle cell : std::exchange(state.alike.parked, {})) {
    state.cells.set_state(cell, CellState::pending);
    state.queue.push_back(cell, demand_of(state, cell));
    released.cells.push_back(state.cells[cell].id);
  }
  if (!released.cells.empty()) effects.commits.emplace_back(std::move(released));
  close(state,
        {kExitTrouble, fmt::format("stopped: the first {} attempts all failed alike: {}", state.alike.count,
                                   state.alike.words)},
        effects);
}

// After every event: plan and select what has become possible, give idle ranks work, notice the end. Who has
// not answered about an attempt that is judged holds nothing up: it was told to leave.
void settle(State& state, Effects& effects) {
  if (state.verdict) return;
  if (!state.closing && state.alike.at_fault) give_up(state, effects);
  if (!state.closing) {
    advance_stages(state, effects);
    if (const auto reason = too_wide(state)) close(state, {kExitBadInput, *reason}, effects);
  }
  if (state.closing) {
    if (state.running == 0) end(state, *state.closing, effects);
    return;
  }
  dispatch(state, effects);
  if (state.running > 0) return;
  if (state.queue.empty()) {
    end(state, final_verdict(state), effects);
  } else if (state.assignments.empty() && everyone_is_here(state)) {
    end(state, no_gang_verdict(state), effects);
  }
}

// The rank's part in the assignment is over and it is idle again. Nothing where its message is about
// something else than what it holds.
Assignment* end_part(State& state, int rank, worker::AssignmentId id) {
  const auto worker = state.workers.find(rank);
  if (worker == state.workers.end() || worker->second.assignment != id) return nullptr;
  worker->second.assignment.reset();
  state.seats.release(rank);
  Assignment& assignment = state.assignments.at(id);
  assignment.holders.erase(rank);
  return &assignment;
}

// Its mates cannot end it without the member that failed.
void cancel(Assignment& assignment, Effects& effects) {
  if (std::exchange(assignment.cancelled, true)) return;
  for (const int rank : assignment.holders) {
    Outgoing& outgoing = effects.sends.emplace_back();  // g++ 12 warns of a braced one (maybe-uninitialized)
    outgoing.rank = rank;
    outgoing.message = worker::Cancel{assignment.id};
  }
}

// Once the last member has answered, the assignment is over.
void conclude(State& state, Assignment& assignment, Effects& effects) {
  if (!assignment.holders.empty()) return;
  if (!assignment.judged) fail_unexplained(state, assignment, effects);
  state.assignments.erase(assignment.id);
}

// Members that a mate waited for in vain, and that have not answered us either: they get no more work, and
// are waited for no longer.
void set_aside_silent(State& state, Assignment& assignment, const std::vector<int>& silent,
                      Effects& effects) {
  for (const int rank : silent) {
    if (assignment.holders.erase(rank) == 0) continue;
    WorkerState& worker = state.workers.at(rank);
    worker.assignment.reset();
    worker.silent = true;
    const std::string reason =
        fmt::format("it did not answer its gang for {} s", state.sweep.resources.collective_seconds);
    if (assignment.silent.empty()) {
      assignment.silent = fmt::format("rank {} on {} did not answer for {} s", rank, worker.host,
                                      state.sweep.resources.collective_seconds);
    }
    set_aside(state, rank, reason, effects);
  }
}

// Why this worker cannot work for this sweep; "" if it can.
std::string unfit(const State& state, const worker::Ready& ready) {
  if (ready.protocol != worker::kProtocolVersion) {
    return fmt::format("it speaks protocol {}, not {}: another version of the program", ready.protocol,
                       worker::kProtocolVersion);
  }
  if (state.sweep.resources.device == "cuda" && ready.device != "cuda") {
    return "resources.device: cuda, but it sees no GPU";
  }
  return "";
}

}  // namespace

Effects on_start(State& state) {
  Effects effects;
  begin_stages(state, effects);
  settle(state, effects);
  return effects;
}

Effects on_ready(State& state, int rank, const worker::Ready& ready) {
  Effects effects;
  WorkerState& worker = state.workers[rank];
  if (worker.assignment) {
    Assignment& assignment = *end_part(state, rank, *worker.assignment);
    if (!assignment.judged) {
      give_back(state, assignment, FailureClass::lost, "its rank started anew", effects);
    }
    cancel(assignment, effects);
    conclude(state, assignment, effects);
  }
  if (state.seats.sits(rank)) state.seats.leave(rank);
  const bool on_gpu = ready.device == "cuda" && state.sweep.resources.device != "cpu";
  worker = {.host = ready.host,
            .device = ready.device,
            .gpus = ready.gpus,
            .local = ready.local,
            .processor = on_gpu ? ready.gpu : ready.processor,
            .libtorch = ready.libtorch,
            .set_aside = worker.set_aside};
  if (state.verdict || state.closing || !worker.set_aside.empty()) {
    effects.sends.push_back({rank, worker::Stop{}});
    worker.stopped = true;
  } else if (const std::string reason = unfit(state, ready); !reason.empty()) {
    set_aside(state, rank, reason, effects);
  } else {
    seat(state, rank, effects);
  }
  settle(state, effects);
  return effects;
}

Effects on_finished(State& state, int rank, const worker::Finished& finished) {
  if (finished.result.outcome == sweeps::Outcome::interrupted) {
    return on_failed(state, rank, {finished.assignment, FailureClass::interrupted, "it was interrupted", {}});
  }
  const auto known = state.assignments.find(finished.assignment);
  if (known != state.assignments.end() && known->second.members.front().rank != rank) {
    return on_released(state, rank, {finished.assignment});  // the leader's word alone is a result
  }
  Effects effects;
  Assignment* assignment = end_part(state, rank, finished.assignment);
  if (assignment == nullptr) return effects;
  if (!assignment->judged) accept(state, *assignment, finished.result, effects);
  conclude(state, *assignment, effects);
  settle(state, effects);
  return effects;
}

Effects on_released(State& state, int rank, const worker::Released& released) {
  Effects effects;
  Assignment* assignment = end_part(state, rank, released.assignment);
  if (assignment == nullptr) return effects;
  conclude(state, *assignment, effects);
  settle(state, effects);
  return effects;
}

Effects on_failed(State& state, int rank, const worker::Failed& failed) {
  Effects effects;
  Assignment* assignment = end_part(state, rank, failed.assignment);
  if (assignment == nullptr) return effects;
  set_aside_silent(state, *assignment, failed.silent, effects);
  // What a member of several says of a group that broke explains nothing: another may know why.
  const bool explained = assignment->members.size() == 1 || (failed.failure != FailureClass::lost &&
                                                             failed.failure != FailureClass::interrupted);
  const bool at_fault = failed.failure == FailureClass::worker_fault;
  if (!assignment->judged) {
    if (at_fault) {
      give_back(state, *assignment, failed.failure, failed.message, effects);
    } else if (explained) {
      fail(state, *assignment, rank, failed, effects);
    } else if (failed.failure == FailureClass::lost) {
      assignment->lost = failed.message;
    } else {
      assignment->interrupted = true;
    }
  }
  if (at_fault) set_aside(state, rank, failed.message, effects);
  if (!state.closing) cancel(*assignment, effects);
  conclude(state, *assignment, effects);
  settle(state, effects);
  return effects;
}

Effects on_interrupt(State& state) {
  Effects effects;
  if (state.verdict || state.closing) return effects;
  close(state, {kExitInterrupted, "interrupted; the same command goes on"}, effects);
  settle(state, effects);
  return effects;
}

}  // namespace missmodal::coordinator
