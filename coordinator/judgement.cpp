#include "coordinator/judgement.h"

#include <fmt/format.h>

#include <utility>

#include "coordinator/dispatch.h"
#include "coordinator/selection_metric.h"
#include "sweeps/error.h"

namespace missmodal::coordinator {
namespace {

using results::CellState;
using sweeps::FailureClass;

// So many first failures, all with the same words, and the sweep stops instead of parking cell after cell.
constexpr int kFailuresAlike = 3;
// So many deaths without a word and without a new checkpoint, and it is the cell that kills.
constexpr int kFruitlessLosses = 50;

void judge(State& state, Assignment& assignment, CellState outcome) {
  MISSMODAL_CHECK(!assignment.judged);
  assignment.judged = true;
  --state.running;
  state.running_ranks -= static_cast<int>(assignment.members.size());
  state.cells.set_state(assignment.cell, outcome);
  if (outcome != CellState::pending) state.troubles.erase(assignment.cell);
}

void note_failure(State& state, int rank, const Assignment& assignment, const worker::Failed& failed) {
  if (!sweeps::counts(failed.failure) || assignment.saved) return;  // who got further may get to the end
  const CellHandle handle = assignment.cell;
  ++state.cells[handle].counted_failures;
  Trouble& trouble = state.troubles[handle];
  trouble.failed_on.insert(rank);
  if (!sweeps::worth_retrying(failed.failure)) trouble.misfit_for.insert(rank);
  if (state.any_accepted) return;
  std::string words = fmt::format("{}: {}", sweeps::name(failed.failure), failed.message);
  if (words != state.alike.words) state.alike = {.words = std::move(words)};
  ++state.alike.count;
  state.alike.ranks.insert(rank);
}

// Enough first failures alike, and not all the fault of one worker among several.
bool sweep_is_at_fault(const State& state) {
  return state.alike.count >= kFailuresAlike && !state.any_accepted &&
         (state.alike.ranks.size() > 1 || !another_gang(state, 1, state.alike.ranks));
}

// A cell has had its chances once two workers failed it, where there are two gangs for it.
bool used_up(const State& state, CellHandle handle) {
  const Cell& cell = state.cells[handle];
  const auto trouble = state.troubles.find(handle);
  if (trouble == state.troubles.end()) return false;
  const auto tried_enough = [&](const std::set<int>& ranks) {
    return ranks.size() > 1 || !another_gang(state, cell.ranks, ranks);
  };
  const auto& [failed_on, misfit_for, most_on_device] = trouble->second;
  if (!misfit_for.empty() && tried_enough(misfit_for)) return true;
  return cell.counted_failures >= state.sweep.resources.max_attempts && tried_enough(failed_on);
}

// Memory ran out where others shared the GPU: that says nothing yet about the cell, which is tried again with
// half as many, alone at the end.
bool had_neighbours(const Assignment& assignment, const worker::Failed& failed) {
  return failed.failure == FailureClass::out_of_memory && assignment.kind == "cuda" &&
         assignment.most_on_device > 1;
}

// A training that ended well but predicts what is no number has diverged.
sweeps::TrialResult judged(const sweeps::TrialResult& result) {
  if (result.outcome != sweeps::Outcome::finished || sweeps::predictions_are_finite(result)) return result;
  sweeps::TrialResult diverged = result;
  diverged.outcome = sweeps::Outcome::diverged;
  diverged.diverged_step = 0;
  diverged.predictions.clear();
  diverged.metrics.clear();
  diverged.representations.clear();
  return diverged;
}

// Whose trained model is no longer wanted, now that there is one more.
void weigh(State& state, CellHandle cell, const sweeps::TrialResult& result, Effects& effects) {
  if (state.sweep.resources.keep != sweeps::Keep::best || state.work.empty()) return;
  if (state.cells[cell].state != CellState::accepted) return;
  const auto valid_mae = best_valid_mae(result);
  if (!valid_mae) return;
  state.valid_mae[cell] = *valid_mae;  // a stage that is planned later may have it too
  if (!state.kept_weights.planned(cell)) return;
  for (const CellHandle beaten : state.kept_weights.accepted(cell, *valid_mae))
    effects.useless_weights.push_back(state.cells[beaten].id);
}

// What similar cells are expected to take.
void note_time(State& state, CellHandle cell, double seconds) {
  if (!state.cells.planned(cell)) return;
  results::StagePace& took = state.stages[state.cells.first_stage(cell)].took;
  ++took.ended;
  took.seconds += seconds;
  took.squares += seconds * seconds;
}

}  // namespace

void accept(State& state, Assignment& assignment, const sweeps::TrialResult& trained, Effects& effects) {
  sweeps::TrialResult result = judged(trained);
  const bool diverged = result.outcome == sweeps::Outcome::diverged;
  judge(state, assignment, diverged ? CellState::diverged : CellState::accepted);
  state.any_accepted = true;
  if (!diverged) {
    for (const worker::Member& member : assignment.members) {
      state.machines.insert(machine_of(state, state.workers.at(member.rank)));
    }
    for (std::size_t i = 0; i < state.stages.size(); ++i) {
      const sweeps::Stage& stage = state.sweep.stages[i];
      if (!stage.select) continue;
      const auto value = selection_metric(result, *stage.select);
      if (value) state.stages[i].values[assignment.cell] = *value;
    }
    note_time(state, assignment.cell, result.train_seconds + result.evaluate_seconds);
  }
  weigh(state, assignment.cell, result, effects);
  effects.commits.push_back(
      results::AttemptFinished{state.cells[assignment.cell].id, assignment.attempt, std::move(result)});
}

void give_back(State& state, Assignment& assignment, FailureClass failure, const std::string& message,
               Effects& effects) {
  judge(state, assignment, CellState::pending);
  state.queue.push_front(assignment.cell, demand_of(state, assignment.cell));
  effects.commits.push_back(
      results::AttemptFailed{state.cells[assignment.cell].id, assignment.attempt, failure, message, false});
}

void fail(State& state, Assignment& assignment, int rank, const worker::Failed& failed, Effects& effects) {
  const CellHandle cell = assignment.cell;
  const bool crowded = had_neighbours(assignment, failed);
  if (crowded) {
    state.troubles[cell].most_on_device = assignment.most_on_device / 2;
  } else {
    note_failure(state, rank, assignment, failed);
  }
  state.alike.at_fault = !state.closing && sweep_is_at_fault(state);
  const bool park =
      !state.alike.at_fault && !crowded && sweeps::counts(failed.failure) && used_up(state, cell);
  judge(state, assignment, park ? CellState::parked : CellState::pending);
  if (park && !state.any_accepted) state.alike.parked.push_back(cell);
  if (!park) state.queue.push_back(cell, demand_of(state, cell));
  effects.commits.push_back(
      results::AttemptFailed{state.cells[cell].id, assignment.attempt, failed.failure, failed.message, park});
}

void lose(State& state, Assignment& assignment, const std::string& message, Effects& effects) {
  Cell& cell = state.cells[assignment.cell];
  if (!assignment.saved) ++cell.fruitless_losses;
  if (cell.fruitless_losses < kFruitlessLosses) {
    give_back(state, assignment, FailureClass::lost, message, effects);
    return;
  }
  judge(state, assignment, CellState::parked);
  effects.commits.push_back(results::AttemptFailed{
      cell.id, assignment.attempt, FailureClass::lost,
      fmt::format("{}; {} times in a row without a new checkpoint", message, cell.fruitless_losses), true});
}

void fail_unexplained(State& state, Assignment& assignment, Effects& effects) {
  const int leader = assignment.members.front().rank;
  if (!assignment.silent.empty()) {
    lose(state, assignment, assignment.silent, effects);
  } else if (state.closing || (assignment.lost.empty() && assignment.interrupted)) {
    fail(state, assignment, leader, {assignment.id, FailureClass::interrupted, "it was interrupted", {}},
         effects);
  } else {  // it counts, or a gang that always breaks would be tried for ever
    const std::string words = assignment.lost.empty() ? "its members left without a result" : assignment.lost;
    fail(state, assignment, leader, {assignment.id, FailureClass::run_error, words, {}}, effects);
  }
}

}  // namespace missmodal::coordinator
