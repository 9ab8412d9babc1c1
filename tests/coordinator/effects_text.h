#pragma once
// Everything that a handler returned, as lines that a test can compare whole. Cells are named by the first
// stage that plans them and their place in it: search/0.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "coordinator/effects.h"
#include "coordinator/state.h"

namespace missmodal::coordinator {

using Lines = std::vector<std::string>;

inline std::string cell_name(const State& state, const std::string& id) {
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    const auto& places = state.stages[i].cells;
    for (std::size_t place = 0; place < places.size(); ++place) {
      if (state.cells[places[place].cell].id == id) {
        return fmt::format("{}/{}", state.sweep.stages[i].name, place);
      }
    }
  }
  return id.substr(0, 12);
}

struct ChangeText {
  const State& state;
  std::string operator()(const results::StagePlanned& change) const {
    return fmt::format("plan {}: {} cells", change.stage, change.cells.size());
  }
  std::string operator()(const results::StageUnplanned& change) const { return "unplan " + change.stage; }
  std::string operator()(const results::StageSelected& change) const {
    return fmt::format("select {}: {} with {}", change.stage, change.point, change.value);
  }
  std::string operator()(const results::StageDeselected& change) const { return "deselect " + change.stage; }
  std::string operator()(const results::AttemptStarted& change) const {
    std::string members;
    for (const results::AttemptMember& member : change.members) {
      members +=
          fmt::format("{}{} ({}, {})", members.empty() ? "" : ", ", member.rank, member.host, member.device);
    }
    return fmt::format("start {} attempt {} on rank{} {}", cell_name(state, change.cell), change.attempt,
                       change.members.size() > 1 ? "s" : "", members);
  }
  std::string operator()(const results::AttemptResumed& change) const {
    return fmt::format("resume {} attempt {} from epoch {} step {}", cell_name(state, change.cell),
                       change.attempt, change.from.epoch, change.from.step);
  }
  std::string operator()(const results::AttemptSaved& change) const {
    return fmt::format("save {} attempt {} at epoch {} step {}", cell_name(state, change.cell),
                       change.attempt, change.at.epoch, change.at.step);
  }
  std::string operator()(const results::AttemptFinished& change) const {
    const bool diverged = change.result.outcome == sweeps::Outcome::diverged;
    return fmt::format("{} {} attempt {}", diverged ? "diverged" : "accept", cell_name(state, change.cell),
                       change.attempt);
  }
  std::string operator()(const results::AttemptFailed& change) const {
    return fmt::format("fail {} attempt {}: {}: {}{}", cell_name(state, change.cell), change.attempt,
                       sweeps::name(change.failure), change.message, change.park ? ", park" : "");
  }
  std::string operator()(const results::CellsReleased& change) const {
    std::string text = "release";
    for (const std::string& cell : change.cells) text += " " + cell_name(state, cell);
    return text;
  }
  std::string operator()(const results::WorkerSetAside& change) const {
    return fmt::format("set aside rank {} ({}): {}", change.rank, change.host, change.reason);
  }
  std::string operator()(const results::AttemptProgressed& change) const {
    return fmt::format("progress {} attempt {}: {} epochs", cell_name(state, change.cell), change.attempt,
                       change.epochs.size());
  }
  std::string operator()(const results::WorkersSeen& change) const {
    return fmt::format("{} workers", change.workers.size());
  }
  std::string operator()(const results::SweepEnded& change) const {
    return fmt::format("end {}: {}", change.exit_code, change.verdict);
  }
};

struct MessageText {
  const State& state;
  int rank;
  std::string operator()(const worker::Assign& assign) const {
    std::string device = "nothing: it is no member";
    for (const worker::Member& member : assign.members) {
      if (member.rank == rank) device = member.device;
    }
    return fmt::format("train {} attempt {} on {}", cell_name(state, assign.cell), assign.attempt, device);
  }
  std::string operator()(const worker::Cancel& cancel) const {
    return fmt::format("cancel {}", cancel.assignment);
  }
  std::string operator()(const worker::Stop&) const { return "stop"; }
  std::string operator()(const worker::Rejoin&) const { return "rejoin"; }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "what only workers say";
  }
};

inline Lines lines(const State& state, const Effects& effects) {
  Lines lines;
  for (const auto& change : effects.commits) lines.push_back(std::visit(ChangeText{state}, change));
  for (const Outgoing& outgoing : effects.sends) {
    lines.push_back(fmt::format("-> {}: {}", outgoing.rank,
                                std::visit(MessageText{state, outgoing.rank}, outgoing.message)));
  }
  for (const std::string& remark : effects.remarks) lines.push_back("say: " + remark);
  for (const std::string& cell : effects.useless_weights)
    lines.push_back("drop weights of " + cell_name(state, cell));
  return lines;
}

}  // namespace missmodal::coordinator
