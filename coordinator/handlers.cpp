#include "coordinator/handlers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "coordinator/dispatch.h"
#include "coordinator/judgement.h"
#include "coordinator/parts.h"
#include "coordinator/settle.h"
#include "coordinator/stages.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::coordinator {
namespace {

using sweeps::FailureClass;

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
      lose(state, assignment, "its rank started anew", effects);
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
            .set_aside = worker.lost ? "" : worker.set_aside};
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
  if (failed.failure == FailureClass::hung) take_for_dead(state, rank, "it hung: " + failed.message, effects);
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
